export { opt } from './adapter'
export type { OptConfig } from './config'
export { optShapes } from './shapes'
