export { writeFolderAtomically } from '../files/atomic-folder'
export { writeFileAtomically } from '../files/atomic-write'
export { openFileSource } from './file-source'
export { writeDeferredSafetensorsFile, writeSafetensorsFile } from './write-file'
