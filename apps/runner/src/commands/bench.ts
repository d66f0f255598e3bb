import type { TintSimulator } from '@tintjs/construct'
import { modelShapes } from '@tintjs/families'
import { describeInnerModel, type InnerModel } from '@tintjs/inner'
import {
  derivativeText,
  fused,
  type GradientChoice,
  literal,
  literalStepArithmetic,
  stepArithmetic,
  type TrainingStepOptions,
  trainingStep,
} from '@tintjs/simulate'
import {
  type EngineDescription,
  InputError,
  measureMatrixProductRate,
  measureProductTime,
} from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { type Command, Option } from 'commander'
import { addAdapterOption, addEngineOptions, type EngineOptions, parseNumber } from '../command-options'
import { UsageError } from '../failures'
import { adapters } from '../families'
import { addGradientOptions, type GradientOptions, gradientChoice } from '../gradient-options'
import { interruption } from '../interruption'
import { modelSource } from '../models'
import { type BenchReport, benchText } from '../output/bench-text'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { randomIds } from '../random-ids'
import { loadModel, peakMemoryBytes, randomModel, type Timed } from '../session'
import {
  addExecutionOptions,
  checkLiteral,
  constructFor,
  type ExecutionOptions,
  sizesOf,
} from '../simulator-options'
import { trainLengthOf } from '../train-fraction'

interface BenchOptions extends EngineOptions, GradientOptions, ExecutionOptions {
  readonly shape?: string
  readonly model?: string
  readonly length: number
  readonly trainFraction: number
  readonly repeat: number
  readonly seed: number
}

/** Small enough to change nothing much in a model of random weights, whatever its size. */
const learningRate = 1e-5

/** Adds the options and the action of `tint bench`. */
export function configure(command: Command): void {
  command
    .addOption(
      new Option('--shape <name>', 'random weights of this shape').choices(
        modelShapes.map(({ name }) => name),
      ),
    )
    .option('--model <folder>', 'a checkpoint instead of a shape')
    .option('--length <tokens>', 'tokens of the sequence', parseNumber, 512)
    .option('--train-fraction <x>', 'the share of the sequence that is learned', parseNumber, 0.7)
    .option('--repeat <count>', 'steps that are timed, after one that is not', parseNumber, 3)
    .option('--seed <number>', 'of weights and ids', parseNumber, 0)
  addExecutionOptions(addGradientOptions(command))
  addAdapterOption(command)
  addEngineOptions(command).action(run)
}

async function run(options: BenchOptions): Promise<void> {
  const gradient = gradientChoice(options)
  checkLiteral(options, gradient)
  const trainLength = checkCounts(options)
  await checkPositions(options)
  const progress = new Progress()
  const engine = await useEngine(options.engine)
  const model = await makeModel(options, progress)
  let simulator: Timed<TintSimulator> | undefined
  try {
    simulator = await constructFor(model.value, options, { gradient, updateNormWeights: false })
    const execution = simulator === undefined ? fused() : literal(simulator.value)
    const rateBefore = await peakRate(engine)
    const timing = await timeSteps(model.value, { gradient, execution }, trainLength, options, progress)
    const rateAfter = await peakRate(engine)
    const gflop = arithmeticOf(model.value, simulator?.value, options.length, trainLength, gradient) / 1e9
    const report: BenchReport = {
      shape: options.shape ?? null,
      model: options.model ?? null,
      length: options.length,
      trainLength,
      execution: options.execution,
      gradient: gradient.name,
      lossGradient: gradient.lossGradient,
      derivative: derivativeText(gradient.derivative),
      seconds: {
        prepare: model.seconds,
        construct: simulator?.seconds ?? 0,
        step: timing.seconds,
        median: medianOf(timing.seconds),
      },
      matrixProductShare: timing.matrixProductShare,
      simulator: simulator === undefined ? null : sizesOf(simulator.value),
      peakMemoryBytes: peakMemoryBytes(),
      gflop,
      gflopPerSecond: gflop / medianOf(timing.seconds),
      gemmPeakGflopPerSecond: Math.max(rateBefore, rateAfter),
      engine: engine.name,
      engineDetails: engine,
    }
    progress.finish()
    if (options.json) printJson(report)
    else process.stdout.write(benchText(report))
  } finally {
    progress.finish()
    simulator?.value.dispose()
    model.value.dispose()
  }
}

function arithmeticOf(
  { description }: InnerModel,
  simulator: TintSimulator | undefined,
  length: number,
  trainLength: number,
  gradient: GradientChoice,
): number {
  const sizes = { length, trainLength, gradient }
  return simulator === undefined
    ? stepArithmetic(description, sizes)
    : literalStepArithmetic(description, simulator, sizes)
}

/** Gives the train length. */
function checkCounts({ shape, model, repeat, length, seed, trainFraction }: BenchOptions): number {
  if (shape === undefined && model === undefined) {
    throw new UsageError('tint bench needs either --shape or --model; give one of them.')
  }
  if (shape !== undefined && model !== undefined) {
    throw new UsageError('tint bench got --shape and --model; give one of them, not both.')
  }
  for (const [name, value, least] of [
    ['--repeat', repeat, 1],
    ['--length', length, 2],
    ['--seed', seed, 0],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue
    throw new InputError(`${name} is ${value}; expected a whole number of at least ${least}.`)
  }
  return trainLengthOf(trainFraction, { length, name: '--length', unit: 'token' })
}

/** Before weights are made or read. */
async function checkPositions({ shape, model, length }: BenchOptions): Promise<void> {
  const chosen = modelShapes.find(({ name }) => name === shape)
  const { maximumPositions } =
    chosen?.adapter.describe(chosen.config) ??
    (await describeInnerModel(await modelSource(model ?? ''), { adapters: adapters() })).description
  if (length <= maximumPositions) return
  throw new InputError(
    `--length is ${length}, more than the ${maximumPositions} positions of ${shape ?? model}; expected at most those.`,
  )
}

async function makeModel(
  { shape, model, seed }: BenchOptions,
  progress: Progress,
): Promise<Timed<InnerModel>> {
  const chosen = modelShapes.find(({ name }) => name === shape)
  return chosen === undefined ? loadModel(model ?? '', progress) : randomModel(chosen, seed)
}

/** The engine's rate on large products, as a yardstick of the same minute. */
function peakRate({ name }: EngineDescription): Promise<number> {
  // Engines of one thread reach their peak on smaller products, and are slow enough.
  const size = name === 'tensorflow' ? 2048 : 1024
  return measureMatrixProductRate(size, 9, interruption.signal)
}

interface StepTimes {
  readonly seconds: readonly number[]
  /** The share of the timed steps that was spent in matrix products. */
  readonly matrixProductShare: number
}

async function timeSteps(
  model: InnerModel,
  choices: Pick<TrainingStepOptions, 'gradient' | 'execution'>,
  trainLength: number,
  { length, repeat, seed }: BenchOptions,
  progress: Progress,
): Promise<StepTimes> {
  const tokens = randomIds(model.description.vocabularySize, length, seed)
  const times: { seconds: number; productSeconds: number }[] = []
  for (let round = 0; round <= repeat; round++) {
    const step = await measureProductTime(() =>
      trainingStep(model, tokens, {
        ...choices,
        trainLength,
        learningRate,
        signal: interruption.signal,
        onProgress: ({ done, total }) => progress.update('steps', round * total + done, (repeat + 1) * total),
      }),
    )
    step.result.dispose()
    // The first one warms caches and compilers up.
    if (round > 0) times.push(step)
  }
  const total = (part: 'seconds' | 'productSeconds') => times.reduce((sum, time) => sum + time[part], 0)
  return {
    seconds: times.map(({ seconds }) => seconds),
    matrixProductShare: total('productSeconds') / total('seconds'),
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
