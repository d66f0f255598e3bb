export {
  currentEngine,
  type EngineDescription,
  type EngineName,
  type EngineProvider,
  engineNames,
  type Obstacle,
  type PassedOver,
  type ProviderName,
  requireEngine,
  startEngine,
} from './engine/engine'
export { cpuProvider } from './engine/javascript'
export {
  type KernelTime,
  type KernelTimes,
  measureKernelTimes,
  measureProductTime,
  type ProductTime,
} from './engine/kernel-time'
export { measureMatrixProductRate } from './engine/measure'
export { type WasmFiles, wasmProvider } from './engine/wasm'
export { type WebgpuOptions, webgpuProvider } from './engine/webgpu'
export {
  CheckpointError,
  ConfigError,
  DimensionError,
  EngineError,
  InputError,
  NotFiniteError,
  TintError,
} from './errors'
export { handOver } from './operators/hand-over'
export { groupHeads, mergeHeads, splitHeads, ungroupHeads } from './operators/heads'
export {
  type Normalisation,
  type NormaliseDifferences,
  type Normalised,
  normalise,
  normaliseBackward,
  normaliseDifferences,
} from './operators/normalise'
export { firstPositions, gatherRows } from './operators/positions'
export {
  multiplyBy,
  multiplyByTransposed,
  type SharedOrBatchedMatrix,
  sumOfOuterProducts,
} from './operators/product'
export { type Pairing, type Rotation, rotatePairs } from './operators/rotate-pairs'
export { disposeStructure, tidyStructure } from './operators/tidy'
export { checkOptionNames } from './option-names'
export { type PytorchTensorEntry, readPytorchHeader, readPytorchTensor } from './pytorch'
export {
  type ByteSource,
  bytesSource,
  type DeferredTensor,
  deferTensor,
  type ElementType,
  type EncodeOptions,
  encodeDeferredSafetensors,
  encodeSafetensors,
  type MaterialisedTensor,
  type NamedTensor,
  parseShardIndex,
  parseUntrustedJson,
  readSafetensorsHeader,
  readTensorData,
  type SafetensorsHeader,
  type ShardIndex,
  shown,
  type TensorEntry,
} from './safetensors'
