export { phi } from './adapter'
export type { PhiConfig } from './config'
export { phiShapes } from './shapes'
