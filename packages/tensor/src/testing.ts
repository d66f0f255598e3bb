export { expectBalancedTensors } from './testing/balanced-tensors'
export {
  type ClosenessOptions,
  expectClose,
  maximumAbsoluteDifference,
  relativeError,
} from './testing/closeness'
export type { NestedNumbers, NumericValues } from './testing/numeric-values'
