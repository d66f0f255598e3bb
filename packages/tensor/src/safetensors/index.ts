export { type ByteSource, bytesSource } from './byte-source'
export type { ElementType } from './element-type'
export { readSafetensorsHeader, type SafetensorsHeader, type TensorEntry } from './header'
export { readTensorData } from './tensor-data'
