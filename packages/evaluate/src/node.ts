export { hashTokens } from './perplexity/hashes'
export {
  checkOutputFolder,
  openOutputFolder,
  outputFiles,
  readConfiguration,
  writeJson,
} from './run/output-folder'
export { type FinishedUnits, readFinishedUnits, SamplesFile } from './run/samples-file'
export { readTextFile, type TextFile } from './text/read-text'
