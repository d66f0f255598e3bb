export { llama, llamaFamily, mistral, qwen2 } from './adapter'
export type { LlamaConfig, MistralConfig, Qwen2Config } from './config'
export { llamaFamilyShapes } from './shapes'
