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
export { type PerplexityConfiguration, perplexityConfigurationForm } from './perplexity/configuration'
export {
  type ContextExample,
  type ExampleOptions,
  type ExamplePiece,
  exampleContexts,
} from './perplexity/example'
export { type PerplexityPlan, planPerplexity } from './perplexity/plan'
export {
  type MeasuredText,
  type PerplexityReport,
  perplexityReport,
  type ReportFacts,
} from './perplexity/report-data'
export { type Sample, sampleForm, type Way, ways } from './perplexity/sample'
export {
  checkContextLength,
  type PerplexityOptions,
  type PerplexitySettings,
  type SettingsRecord,
  settingsRecord,
} from './perplexity/settings'
export type { PerplexityKey, Task, Unit } from './perplexity/unit'
export { htmlReport } from './report/page'
export { type ConfigurationForm, type Difference, firstDifference } from './run/configuration-form'
export {
  type EvaluationPlan,
  type SampleForm,
  type SampleKey,
  sampleLine,
  type UnitOptions,
} from './run/evaluation-plan'
export { type RunOptions, type RunProgress, type RunUnit, runPlan, runUnits } from './run/run-units'
export { type Context, type ContextOptions, contextsOf, type TextContexts } from './text/contexts'
export { type TokenizedBytes, tokenizeText } from './text/tokenized-text'
export { withoutSpecialTokens } from './text/without-special-tokens'
