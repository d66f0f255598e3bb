export { loadAdaptiveModel, saveAdaptiveModel } from './adaptive-state'
export { saveAdaptedCheckpoint, saveLogits, saveUpdatedWeights } from './save'
