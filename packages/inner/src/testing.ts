export { checkpointAs } from './checkpoint/checkpoint-as'
