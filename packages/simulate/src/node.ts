export { saveAdaptedCheckpoint, saveLogits, saveUpdatedWeights } from './save'
