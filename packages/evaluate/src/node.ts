export { hashTokens } from './perplexity/hashes'
export type { UnitJob } from './processes/child-process'
export type { PreparedUnits, PrepareUnits } from './processes/prepared-units'
export { type ProcessesOptions, UnitProcesses } from './processes/unit-processes'
export {
  checkOutputFolder,
  openOutputFolder,
  outputFiles,
  readConfiguration,
  writeJson,
} from './run/output-folder'
export { type FinishedUnits, readFinishedUnits, SamplesFile } from './run/samples-file'
export { loadTask, shippedTasks } from './shipped-tasks'
export { type ReadDatasetRows, readHubTask } from './tasks/read-hub'
export { hashTask, type ReadTaskData, readLocalTask } from './tasks/read-local'
export { readTextFile, type TextFile } from './text/read-text'
