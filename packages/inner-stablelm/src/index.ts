export { stablelm } from './adapter'
export type { StablelmConfig } from './config'
export { stablelmShapes } from './shapes'
