export { writeFileAtomically } from '../files/atomic-write'
export { openFileSource } from './file-source'
export { writeSafetensorsFile } from './write-file'
