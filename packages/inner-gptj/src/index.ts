export { gptj } from './adapter'
export type { GptjConfig } from './config'
export { gptjShapes } from './shapes'
