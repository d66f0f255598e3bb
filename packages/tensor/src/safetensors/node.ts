export { openFileSource } from './file-source'
