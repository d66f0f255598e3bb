export { gpt2 } from './adapter'
export type { Gpt2Config } from './config'
export { gpt2Shapes } from './shapes'
