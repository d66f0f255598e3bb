export { type FidelityFacts, fidelityPage } from './fidelity/page'
export {
  aggregate,
  type BestOfFraction,
  type BestRate,
  bestRates,
  type PerplexityResult,
  type Ratio,
  ratioOf,
} from './perplexity/aggregate'
export { automaticBatch, batchMemory, largestBatch, sequenceMemory } from './perplexity/batch-size'
export {
  type Difference,
  firstDifference,
  type PerplexityConfiguration,
  parseConfiguration,
} from './perplexity/configuration'
export {
  type ContextExample,
  type ExampleOptions,
  type ExamplePiece,
  exampleContexts,
} from './perplexity/example'
export { type PerplexityPlan, planPerplexity, type Task, type Unit } from './perplexity/plan'
export {
  type MeasuredText,
  type PerplexityReport,
  perplexityReport,
  type ReportFacts,
} from './perplexity/report-data'
export { type PerplexityProgress, type RunOptions, runPerplexity } from './perplexity/run'
export { type Sample, sampleLine, type Way, ways } from './perplexity/sample'
export {
  checkContextLength,
  type PerplexityOptions,
  type PerplexitySettings,
  type SettingsRecord,
  settingsRecord,
} from './perplexity/settings'
export { htmlReport } from './report/page'
export { type Context, type ContextOptions, contextsOf, type TextContexts } from './text/contexts'
export { type TokenizedBytes, tokenizeText } from './text/tokenized-text'
export { withoutSpecialTokens } from './text/without-special-tokens'
