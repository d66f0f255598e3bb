export {
  type AdapterContract,
  type AdapterRefusal,
  describeAdapter,
} from './describe-adapter'
export { type AdapterFixture, fixtureFolders, readFixture, readTensors, type StoredTensor } from './fixture'
export { tolerances } from './tolerances'
