export { hashTokens } from './perplexity/hashes'
export { checkOutputFolder, openOutputFolder, outputFiles, writeJson } from './perplexity/output-folder'
export { type FinishedUnits, readFinishedUnits, SamplesFile } from './perplexity/samples-file'
export { readTextFile, type TextFile } from './text/read-text'
