export { nodeEngines, useEngine } from './engine/node'
export {
  type HoldOptions,
  holdFolder,
  holdName,
  openFileSource,
  readWholeFile,
  readWholeFileSync,
  UnreadableFileError,
  writeDeferredSafetensorsFile,
  writeError,
  writeFileAtomically,
  writeFolderAtomically,
  writeSafetensorsFile,
} from './safetensors/node'
