export { folderSource } from './checkpoint/folder'
