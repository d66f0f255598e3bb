export { AdaptedModel, type CheckpointTensor } from './adapted-model'
export {
  AdaptiveModel,
  type AdaptiveModelOptions,
  type AdaptiveSettings,
  type ReadResult,
} from './adaptive-model'
export { derivativeText, parseDerivative } from './derivative-text'
export { exact, type GradientChoice, type TintOptions, tint } from './gradient'
export { type LossGradient, lossGradients } from './loss'
export type { StepProgress, TrainingStepOptions } from './step-plan'
export type { SequenceLosses, TrainingStepResult } from './step-result'
export { trainingStep } from './training-step'
