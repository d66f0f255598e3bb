export { nodeEngines, useEngine } from './engine/node'
export {
  openFileSource,
  readWholeFile,
  readWholeFileSync,
  UnreadableFileError,
  writeDeferredSafetensorsFile,
  writeFileAtomically,
  writeFolderAtomically,
  writeSafetensorsFile,
} from './safetensors/node'
