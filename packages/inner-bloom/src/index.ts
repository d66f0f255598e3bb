export { bloom } from './adapter'
export type { BloomConfig } from './config'
export { bloomShapes } from './shapes'
