export { type PytorchTensorEntry, readPytorchHeader } from './header'
export { readPytorchTensor } from './tensor-data'
