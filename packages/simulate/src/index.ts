export {
  derivativeText,
  exact,
  type GradientChoice,
  type LossGradient,
  lossGradients,
  parseDerivative,
  type TintOptions,
  tint,
} from '@tintjs/inner'
export { AdaptedModel, type CheckpointTensor } from './adapted-model'
export {
  AdaptiveModel,
  type AdaptiveModelOptions,
  type AdaptiveSettings,
  type ReadResult,
} from './adaptive-model'
export { literalStepArithmetic, type StepSizes, stepArithmetic } from './arithmetic/step-arithmetic'
export {
  type ApproximatedPart,
  type Approximation,
  derivativeApproximations,
  exactDerivatives,
  exactStep,
  singleApproximations,
  usualDerivatives,
} from './fidelity/approximations'
export type { FidelityOfStep, FidelityReport, ReferenceStep } from './fidelity/fidelity-report'
export { type LearningWeight, learningWeights } from './fidelity/learning-weights'
export { type FidelityOptions, type FidelityProgress, measureFidelity } from './fidelity/measure-fidelity'
export type { UpdateComparison } from './fidelity/update-comparison'
export { fused } from './fused-execution'
export { literal } from './literal-execution'
export type { Execution, StepExecution, StepHooks } from './step-execution'
export type { StepProgress, TrainingStepOptions, UnscoredStepOptions } from './step-plan'
export type { SequenceLosses, TrainingStepResult } from './step-result'
export { trainingStep } from './training-step'
