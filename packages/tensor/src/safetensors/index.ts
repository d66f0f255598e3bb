export { type ByteSource, bytesSource } from './byte-source'
export { deferTensor, type MaterialisedTensor } from './deferred'
export type { ElementType } from './element-type'
export {
  type DeferredTensor,
  type EncodeOptions,
  encodeDeferredSafetensors,
  encodeSafetensors,
  type NamedTensor,
} from './encode'
export { readSafetensorsHeader, type SafetensorsHeader, type TensorEntry } from './header'
export { parseUntrustedJson, shown } from './json-text'
export { parseShardIndex, type ShardIndex } from './shard-index'
export { readTensorData } from './tensor-data'
