export type { DatasetRow, PlacedRow } from './datasets/row'
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
export { type ChosenRate, chooseRates } from './perplexity/rates'
export { type PerplexityRecipe, perplexityRecipe, perplexityRecipes } from './perplexity/recipes'
export {
  type MeasuredText,
  type PerplexityReport,
  perplexityReport,
  type RecipeFacts,
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
export { runsPage } from './report/runs-page'
export { type ConfigurationForm, type Difference, firstDifference } from './run/configuration-form'
export {
  type EvaluationPlan,
  type SampleForm,
  type SampleKey,
  sampleLine,
  type UnitOptions,
} from './run/evaluation-plan'
export { type RunOptions, type RunProgress, type RunUnit, runPlan, runUnits } from './run/run-units'
export {
  type MaybeSharded,
  type Shard,
  type Sharded,
  shardedForm,
  shardFolder,
  shardNote,
  shardOf,
  shardText,
  unitOfRun,
} from './run/shard'
export { type ArmName, type Comparison, type Comparisons, compareRuns } from './runs/comparisons'
export type { GainSpread } from './runs/gain-spread'
export type { PerplexityRun, Run, RunOrigin, TaskRun } from './runs/run'
export {
  type PerplexitySummary,
  type RunSummary,
  type RunsReport,
  runsReport,
  type TaskSummary,
} from './runs/runs-report'
export type { Incomparable } from './runs/subjects'
export {
  adjustedPValues,
  type Pair,
  type PairedDifference,
  pairedDifference,
} from './statistics/paired-difference'
export { type Significance, type SignificanceMethod, signFlipTest } from './statistics/sign-flips'
export { type Calibration, calibrations } from './tasks/calibration'
export { type Arrangement, arrangements, type Loss, losses, type View, views } from './tasks/context'
export type { Example } from './tasks/example'
export { parseTask } from './tasks/parse-task'
export type { HubData, LocalData, TaskDefinition, TaskTemplate } from './tasks/task'
export {
  type TaskConfiguration,
  type TaskOrigin,
  taskConfiguration,
  taskConfigurationSchema,
} from './tasks/task-configuration'
export { type TaskData, type TaskRows, taskData } from './tasks/task-data'
export { planTask, type TaskPlan } from './tasks/task-plan'
export { type TaskReport, type TaskReportFacts, taskReport } from './tasks/task-report'
export {
  type LabelResult,
  type MeanOverSeeds,
  meanOverSeeds,
  type SeedResult,
  type TaskResult,
  taskResults,
} from './tasks/task-results'
export { type TaskSample, taskSampleForm } from './tasks/task-sample'
export {
  defaultSteps,
  type LongExamples,
  longExampleChoices,
  type TaskOptions,
  type TaskSettings,
} from './tasks/task-settings'
export { type Context, type ContextOptions, contextsOf, type TextContexts } from './text/contexts'
export { type TokenizedBytes, tokenizeText } from './text/tokenized-text'
export { withoutSpecialTokens } from './text/without-special-tokens'
