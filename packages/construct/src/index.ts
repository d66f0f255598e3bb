export { type ProgramArithmetic, programArithmetic } from './accounting/arithmetic'
export {
  countParameters,
  type ModuleCount,
  moduleParameters,
  type ParameterAccount,
} from './accounting/count'
export {
  authorsCodeOpt125m,
  type PaperAccount,
  type PaperCount,
  paperAccount,
  paperSizes,
} from './accounting/paper'
export { type CoordinateRange, inspectModule, type ModuleInspection } from './modules/inspect-module'
export type { ModuleKind, TintModule } from './modules/module'
export type { Matrices, MatrixSettings, ParameterShapes } from './operators/arithmetic'
export { materialiseStep, type Operator, type Step, stepParameters } from './operators/operator'
export type { TintDimensions } from './plan/dimensions'
export { type PlanOptions, planTint, type TintPlan } from './plan/plan-tint'
export type { PrefixSource } from './prefixes/prefix-source'
export type { LiteralStep, LiteralStepSettings } from './program/literal-step'
export type { BlockProgram, Instruction, ModuleCall, Signal, TintProgram } from './program/program'
export type { ModuleEvent, ModuleObserver } from './program/run-block'
export { runModuleDensely } from './program/run-dense'
export {
  type ConstructOptions,
  constructTint,
  designTint,
  distinctModules,
  prefixSources,
  TintSimulator,
} from './simulator'
export { densePrefixes, denseState } from './state/dense-state'
export type { PrefixState, TintState } from './state/state'
