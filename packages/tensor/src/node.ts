export { nodeEngines, useEngine } from './engine/node'
export {
  openFileSource,
  writeDeferredSafetensorsFile,
  writeFileAtomically,
  writeFolderAtomically,
  writeSafetensorsFile,
} from './safetensors/node'
