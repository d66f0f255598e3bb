import { allParameters, parameterCount } from '@tintjs/inner'
import {
  derivativeText,
  fused,
  literal,
  type TrainingStepOptions,
  type TrainingStepResult,
  tint,
  trainingStep,
} from '@tintjs/simulate'
import { saveLogits, saveUpdatedWeights } from '@tintjs/simulate/node'
import { type EngineDescription, InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import {
  addAdapterOption,
  addEngineOptions,
  type EngineOptions,
  parseNumber,
  parseNumbers,
} from '../command-options'
import { saveModelFolder } from '../files/adapted-checkpoint'
import { attentionMatrix, positionNumbers, readJsonInput, tokenIds, tokenMask } from '../files/json-input'
import {
  checkNothingReplaced,
  checkOutputFile,
  checkOutputFolder,
  type NamedFiles,
} from '../files/output-path'
import { measureSaved, type Saved } from '../files/saved'
import { addGradientOptions, type GradientOptions, gradientChoice } from '../gradient-options'
import { interruption } from '../interruption'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { type StepReport, stepText } from '../output/step-text'
import { peakMemoryBytes, type Timed, timed } from '../session'
import {
  accountOf,
  addExecutionOptions,
  checkLiteral,
  planWhereItFits,
  type StepDesign,
  sizesOf,
} from '../simulator-options'
import {
  checkStepModels,
  isGiven,
  loadStepModels,
  type StepModelOptions,
  type StepModels,
  stepFolder,
} from '../step-models'
import { trainTargetCounts } from '../train-targets'

interface StepOptions extends EngineOptions, GradientOptions, StepModelOptions {
  readonly inputIds: string
  readonly trainLength: number[]
  readonly learningRate: number
  readonly steps?: number
  readonly layers?: number
  readonly updateNormWeights?: true
  readonly trainMask?: string
  readonly testMask?: string
  readonly attentionMask?: string
  readonly positionIds?: string
  readonly saveUpdated?: string
  readonly saveLogits?: string
  readonly saveModel?: string
}

/** Adds the options and the action of `tint step`. */
export function configure(command: Command): void {
  command
    .option('--model <folder>', "a checkpoint's folder, or the name of a model that comes with tint")
    .option(
      '--simulator <folder>',
      'what tint construct has written, in place of --model; executed literally',
    )
    .requiredOption('--input-ids <file>', 'JSON: token ids, [N] or [batch][N]')
    .requiredOption(
      '--train-length <n>',
      'learn from the first n tokens, test on the rest; one number, or one a sequence: 24,30',
      parseNumbers,
    )
    .requiredOption('--learning-rate <x>', 'of plain SGD on the summed loss', parseNumber)
    .option('--steps <count>', 'rounds of forward, backward and descent (default: 1)', parseNumber)
    .option('--layers <count>', 'how many of the last blocks learn (default: all)', parseNumber)
  addExecutionOptions(addGradientOptions(command))
    .option('--update-norm-weights', 'let scales of norms learn too, not their biases only')
    .option('--train-mask <file>', 'JSON [N] or [batch][N]: which tokens are learned')
    .option('--test-mask <file>', 'JSON [N] or [batch][N]: which tokens are tested')
    .option(
      '--attention-mask <file>',
      'JSON [N][N] or [batch][N][N]: row may look at column, on top of the causal mask',
    )
    .option('--position-ids <file>', 'JSON [N] or [batch][N]')
    .option(
      '--save-updated <file>',
      'write the weights that learned, each with a leading batch axis (safetensors)',
    )
    .option('--save-logits <file>', 'write logits_before and logits_after (safetensors)')
    .option('--save-model <folder>', 'write the adapted model as a checkpoint; one sequence only')
  addAdapterOption(command)
  addEngineOptions(command).action(run)
}

async function run(options: StepOptions, command: Command): Promise<void> {
  checkStepModels(options, command)
  const asked = askedDesign(options, command)
  checkLiteral(options, asked.gradient ?? gradientChoice(options))
  await checkOutputs(options)
  const tokens = await readJsonInput('--input-ids', options.inputIds, tokenIds)
  if (options.saveModel !== undefined) checkOneSequence(tokens)
  const stepOptions = { ...(await readStepOptions(options)), ...asked }
  const folder = await stepFolder(options)
  checkNothingReplaced(outputsOf(options), inputsOf(options), folder)

  const progress = new Progress()
  const engine = await useEngine(options.engine)
  const models = await loadStepModels(options, folder, wholeDesign(asked), progress)
  try {
    const { model, simulator } = models
    const execution = simulator === undefined ? fused() : literal(simulator)
    const step = await timed(() =>
      trainingStep(model, tokens, {
        ...stepOptions,
        execution,
        onProgress: ({ done, total }) => progress.update('step', done, total),
      }),
    )
    progress.finish()
    try {
      const saved = await save(step.value, options, folder)
      const trainTokens = trainTargetCounts(tokens, stepOptions.trainLength, stepOptions.trainMask)
      warnWithoutTargets(trainTokens)
      const report = stepReport(
        options,
        simulator ?? wholeDesign(asked),
        engine,
        models,
        step,
        trainTokens,
        saved,
      )
      if (options.json) printJson(report)
      else process.stdout.write(stepText(report))
    } finally {
      step.value.dispose()
    }
  } finally {
    progress.finish()
    models.dispose()
  }
}

/** The gradient that the options choose; of a saved simulator, which has decided it, only where they name one. */
function askedDesign(options: StepOptions, command: Command): Partial<StepDesign> {
  const names = ['gradient', 'lossGradient', 'derivative', 'compatibility']
  const norms = options.updateNormWeights === undefined ? {} : { updateNormWeights: true }
  if (options.simulator !== undefined && !names.some((name) => isGiven(command, name))) return norms
  return { gradient: gradientChoice(options), ...norms }
}

function wholeDesign({ gradient = tint(), updateNormWeights = false }: Partial<StepDesign>): StepDesign {
  return { gradient, updateNormWeights }
}

function outputsOf(options: StepOptions): NamedFiles {
  return {
    '--save-updated': options.saveUpdated,
    '--save-logits': options.saveLogits,
    '--save-model': options.saveModel,
  }
}

function inputsOf(options: StepOptions): NamedFiles {
  return {
    '--input-ids': options.inputIds,
    '--train-mask': options.trainMask,
    '--test-mask': options.testMask,
    '--attention-mask': options.attentionMask,
    '--position-ids': options.positionIds,
  }
}

async function checkOutputs({ saveUpdated, saveLogits, saveModel }: StepOptions): Promise<void> {
  if (saveUpdated !== undefined) await checkOutputFile('--save-updated', saveUpdated)
  if (saveLogits !== undefined) await checkOutputFile('--save-logits', saveLogits)
  if (saveModel !== undefined) await checkOutputFolder('--save-model', saveModel)
}

/** Before the work is done, as a checkpoint holds one model. */
function checkOneSequence(tokens: number[] | number[][]): void {
  if (typeof tokens[0] === 'number' || tokens.length === 1) return
  throw new InputError(
    `--save-model writes one model, but --input-ids has ${tokens.length} sequences, each of which learns for itself; ` +
      'give one sequence, or use --save-updated.',
  )
}

async function readStepOptions(options: StepOptions): Promise<TrainingStepOptions> {
  const mask = (option: string, file: string | undefined) =>
    file === undefined ? undefined : readJsonInput(option, file, tokenMask)
  const { trainLength, attentionMask, positionIds } = options
  return {
    trainLength: trainLength.length === 1 ? (trainLength[0] ?? Number.NaN) : trainLength,
    learningRate: options.learningRate,
    steps: options.steps,
    layers: options.layers,
    trainMask: await mask('--train-mask', options.trainMask),
    testMask: await mask('--test-mask', options.testMask),
    positionIds:
      positionIds === undefined
        ? undefined
        : await readJsonInput('--position-ids', positionIds, positionNumbers),
    attentionMask:
      attentionMask === undefined
        ? undefined
        : await readJsonInput('--attention-mask', attentionMask, attentionMatrix),
    keepLogits: options.saveLogits !== undefined,
    signal: interruption.signal,
  }
}

async function save(result: TrainingStepResult, options: StepOptions, source: string): Promise<Saved[]> {
  interruption.signal.throwIfAborted()
  const { saveUpdated, saveLogits: saveLogitsTo, saveModel } = options
  if (saveUpdated !== undefined) await saveUpdatedWeights(result.model, saveUpdated)
  if (saveLogitsTo !== undefined) await saveLogits(result, saveLogitsTo)
  if (saveModel !== undefined) await saveModelFolder(result.model, source, saveModel)
  const places = [saveUpdated, saveLogitsTo, saveModel].filter((place) => place !== undefined)
  return Promise.all(places.map(measureSaved))
}

/** A step without targets is valid, as an update of nothing, but hardly what somebody wants. */
function warnWithoutTargets(trainTokens: readonly number[]): void {
  const without = trainTokens.flatMap((count, sequence) => (count === 0 ? [sequence] : []))
  if (without.length === 0) return
  const where = without.length === trainTokens.length ? '' : ` in sequence ${without.join(', ')}`
  process.stderr.write(
    `tint: nothing to learn${where}: no training target; expected a train length above 1, and a 1 in the train mask ` +
      'after its first number and before the train length.\n',
  )
}

function stepReport(
  options: StepOptions,
  design: StepDesign,
  engine: EngineDescription,
  { model, simulator, seconds }: StepModels,
  step: Timed<TrainingStepResult>,
  trainTokens: readonly number[],
  saved: readonly Saved[],
): StepReport {
  const { description } = model
  const { lossBefore, lossAfter, sequences } = step.value
  const inner = parameterCount(allParameters(description))
  const { trainLength } = options
  const { gradient } = design
  const layers = options.layers ?? description.blocks.length
  const plan = simulator ?? planWhereItFits(description, options)
  const account = plan === undefined ? undefined : accountOf(description, plan, design, layers)
  return {
    model: options.model ?? options.simulator ?? '',
    family: description.family,
    execution: simulator === undefined ? 'fused' : 'literal',
    lossBefore,
    lossAfter,
    sequences: sequences.map(({ lossBefore, lossAfter, targets }, index) => ({
      lossBefore,
      lossAfter,
      trainTokens: trainTokens[index] ?? 0,
      testTokens: targets.length,
    })),
    trainLength: trainLength.length === 1 ? (trainLength[0] ?? Number.NaN) : trainLength,
    learningRate: options.learningRate,
    steps: options.steps ?? 1,
    layers,
    gradient: gradient.name,
    lossGradient: gradient.lossGradient,
    derivative: derivativeText(gradient.derivative),
    compatibility: gradient.compatibility ?? null,
    updateNormWeights: design.updateNormWeights,
    simulator: plan === undefined ? null : sizesOf(plan),
    parameters: { inner, simulator: account?.simulator ?? null, distinct: account?.distinct ?? null },
    saved,
    seconds: { ...seconds, step: step.seconds },
    peakMemoryBytes: peakMemoryBytes(),
    engine: engine.name,
    engineDetails: engine,
  }
}
