export { adapters } from './adapters'
export { type ModelShape, modelShapes } from './model-shapes'
