export { gptNeoX } from './adapter'
export type { GptNeoXConfig } from './config'
export { pythiaShapes } from './shapes'
