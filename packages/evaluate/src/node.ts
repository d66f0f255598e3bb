export {
  type DatasetFile,
  type DatasetFileOptions,
  type DatasetFormat,
  findDatasetFile,
} from './datasets/dataset-file'
export type { DatasetRow, PlacedRow } from './datasets/row'
export { datasetRows, placedRows, type RowOptions, readDatasetRows } from './datasets/rows'
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
export { type MergedRun, mergeShards } from './runs/merge-shards'
export { readRun, readRuns } from './runs/read-run'
export { loadTask, shippedTasks } from './shipped-tasks'
export { datasetFileRows, type ReadDatasetRows, readHubTask } from './tasks/read-hub'
export { hashTask, type ReadTaskData, readLocalTask } from './tasks/read-local'
export { readText, readTextFile, type TextFile, type TextOptions } from './text/read-text'
