export { nodeEngines, useEngine } from './engine/node'
export {
  openFileSource,
  writeDeferredSafetensorsFile,
  writeFileAtomically,
  writeSafetensorsFile,
} from './safetensors/node'
