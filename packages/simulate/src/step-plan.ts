import {
  checkInputs,
  checkTokenMask,
  derivativeText,
  type GradientChoice,
  type InnerModelDescription,
  type MaskOptions,
  type ModelInputs,
  type PerPosition,
  type PredictionRows,
  predictionRows,
  type TokenInput,
  tint,
} from '@tintjs/inner'
import { checkOptionNames, InputError } from '@tintjs/tensor'
import type { Execution } from './step-execution'
import { type TrainPart, trainPart, trainParts } from './train-parts'

/** How far a step has come: finished pieces of work of equal kind, a block's forward or backward each. */
export interface StepProgress {
  readonly phase: 'forward' | 'backward' | 'forward again'
  readonly done: number
  readonly total: number
}

/** The choices of a training step. */
export interface TrainingStepOptions extends MaskOptions {
  /**
   * Tokens `1..n-1` are targets of the training loss (summed), tokens `n..N-1` of the test loss (averaged). One number
   * from 1 to N-1, or one for each sequence.
   */
  readonly trainLength: number | readonly number[]
  /** The rate of plain SGD on the summed loss; 0 or more. */
  readonly learningRate: number
  /** Default {@link tint}. */
  readonly gradient?: GradientChoice | undefined
  /** Default `fused()`; `literal(simulator)` runs a simulator, and follows the gradient that it was constructed for. */
  readonly execution?: Execution | undefined
  /**
   * Into how many parts the training targets of each sequence are cut, at most as many as it has. The parts are learned one
   * after another, each with the weights that the parts before have left and with all that comes before it in view; default
   * 1, all at once.
   */
  readonly chunks?: number | undefined
  /** Rounds of forward, backward and descent on each part before what follows; default 1. */
  readonly steps?: number | undefined
  /** How many of the last blocks learn (the final norm always does); default all. */
  readonly layers?: number | undefined
  /** `[N]` or `[batch, N]`: token `t` is a training target where 1; default all before the train length. */
  readonly trainMask?: PerPosition | undefined
  /** `[N]` or `[batch, N]`: token `t` is a test target where 1; default all from the train length on. */
  readonly testMask?: PerPosition | undefined
  /** Whether scales of norms learn too; default false, their biases only (paper, section 3.3). */
  readonly updateNormWeights?: boolean | undefined
  /** Whether the test targets are scored before anything is learned; default true. {@link UnscoredStepOptions} */
  readonly scoreBefore?: true | undefined
  /** Whether the result holds the logits of all positions before and after; default false. */
  readonly keepLogits?: boolean | undefined
  readonly onProgress?: ((progress: StepProgress) => void) | undefined
  /** Stops the step between blocks; everything is freed and the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The choices of a step that tells no losses before it learns, which takes less time: tokens after the last training
 * target are run once, with what was learned.
 */
export interface UnscoredStepOptions extends Omit<TrainingStepOptions, 'scoreBefore'> {
  readonly scoreBefore: false
}

/** A checked step in which all that is to be learned is learned at once. */
export interface StepPlan extends TrainPart {
  readonly inputs: ModelInputs
  readonly gradient: GradientChoice
  readonly learningRate: number
  readonly steps: number
  readonly layers: number
  readonly updateNormWeights: boolean
  readonly scoreBefore: boolean
  readonly keepLogits: boolean
  /** For each sequence. */
  readonly test: readonly PredictionRows[]
  /** How many positions the last forward runs over, which decides how updates are kept. */
  readonly scoredPositions: number
}

/** A checked training step: all that is decided before anything is computed. */
export interface TrainingPlan extends StepPlan {
  /** What is learned one after another; together what the plan learns. */
  readonly parts: readonly TrainPart[]
}

/**
 * Checks a training step.
 *
 * @throws InputError naming the first thing that is wrong
 */
export function planStep(
  description: InnerModelDescription,
  tokens: TokenInput,
  options: TrainingStepOptions | UnscoredStepOptions,
): TrainingPlan {
  checkOptionNames('training step', options, optionNames)
  const inputs = checkInputs(description, tokens, options)
  const { execution } = options
  if (execution !== undefined) checkDesign(execution, options)
  const gradient = checkGradient(options.gradient ?? execution?.design?.gradient ?? tint())
  const trainLengths = checkTrainLengths(options.trainLength, inputs)
  const trainTargets = targetTester(
    'trainMask',
    options.trainMask,
    inputs,
    (t, n) => t >= 1 && t < n,
    trainLengths,
  )
  const testTargets = targetTester('testMask', options.testMask, inputs, (t, n) => t >= n, trainLengths)
  const train = predictionRows(inputs, inputs.tokens.keys(), trainTargets)
  const test = inputs.tokens.map((_, sequence) => predictionRows(inputs, [sequence], testTargets))
  const untested = test.findIndex(({ rows }) => rows.length === 0)
  if (untested !== -1) {
    throw new InputError(
      `testMask leaves no test target from token ${trainLengths[untested]} on in sequence ${untested}; expected at least one 1 there.`,
    )
  }
  return {
    inputs,
    gradient,
    learningRate: checkLearningRate(options.learningRate),
    steps: checkCount('steps', options.steps ?? 1, 1_000_000),
    layers: checkLayers(options.layers, description.blocks.length),
    updateNormWeights: options.updateNormWeights ?? execution?.design?.updateNormWeights ?? false,
    scoreBefore: options.scoreBefore ?? true,
    keepLogits: options.keepLogits ?? false,
    ...trainPart(train, inputs),
    parts: trainParts(train, inputs, trainLengths, options.chunks ?? 1),
    test,
    scoredPositions: inputs.length,
  }
}

const optionNames: Readonly<Record<keyof TrainingStepOptions, true>> = {
  attentionMask: true,
  chunks: true,
  execution: true,
  gradient: true,
  keepLogits: true,
  layers: true,
  learningRate: true,
  onProgress: true,
  positionIds: true,
  scoreBefore: true,
  signal: true,
  steps: true,
  testMask: true,
  trainLength: true,
  trainMask: true,
  updateNormWeights: true,
}

/** @throws InputError when an execution was built for another gradient than the step is asked to follow */
function checkDesign(
  { name, design }: Execution,
  { gradient, updateNormWeights }: Pick<TrainingStepOptions, 'gradient' | 'updateNormWeights'>,
): void {
  if (design === undefined) return
  if (gradient !== undefined && !sameGradient(gradient, design.gradient)) {
    throw new InputError(
      `The step asks for ${gradientText(gradient)}, and the simulator of its ${name} execution was constructed for ${gradientText(design.gradient)}; leave the gradient out, or construct a simulator for it.`,
    )
  }
  if (updateNormWeights !== undefined && updateNormWeights !== design.updateNormWeights) {
    throw new InputError(
      `updateNormWeights is ${updateNormWeights}, and the simulator was constructed with ${design.updateNormWeights}; leave it out, or construct a simulator for it.`,
    )
  }
}

function sameGradient(first: GradientChoice, second: GradientChoice): boolean {
  return gradientText(first) === gradientText(second)
}

function gradientText({
  attentionGradient,
  derivative,
  lossGradient,
  compatibility,
}: GradientChoice): string {
  const faults = compatibility === undefined ? '' : `, ${compatibility}`
  return `the ${attentionGradient} attention gradient, derivative ${derivativeText(derivative)}, loss gradient ${lossGradient}${faults}`
}

function checkTrainLengths(given: number | readonly number[], { batch, length }: ModelInputs): number[] {
  const lengths = Array.isArray(given) ? [...given] : Array.from({ length: batch }, () => given as number)
  if (lengths.length !== batch) {
    const expected =
      batch === 1
        ? 'one, as there is one sequence'
        : `one for all ${batch} sequences, or ${batch}, one for each`
    throw new InputError(`trainLength has ${lengths.length} numbers; expected ${expected}.`)
  }
  for (const trainLength of lengths) {
    if (!Number.isInteger(trainLength) || trainLength < 1 || trainLength > length - 1) {
      throw new InputError(
        `The train length is ${trainLength}; expected a whole number from 1 to ${length - 1}, as the input has ${length} tokens.`,
      )
    }
  }
  return lengths
}

/** @throws InputError unless it is a finite number of at least 0 */
export function checkLearningRate(learningRate: number): number {
  if (Number.isFinite(learningRate) && learningRate >= 0) return learningRate
  throw new InputError(`The learning rate is ${learningRate}; expected a finite number of at least 0.`)
}

function checkCount(name: string, value: number, largest: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= largest) return value
  throw new InputError(`${name} is ${value}; expected a whole number from 1 to ${largest}.`)
}

/** How many of the last blocks learn. @throws InputError unless it is a whole number from 1 to all, the default */
export function checkLayers(layers: number | undefined, blocks: number): number {
  return checkCount('layers', layers ?? blocks, blocks)
}

/** @throws InputError when a finite difference has no positive scale */
export function checkGradient(gradient: GradientChoice): GradientChoice {
  if (typeof gradient !== 'object' || typeof gradient.derivative?.kind !== 'string') {
    throw new InputError(`The gradient is ${String(gradient)}; expected what tint() or exact() give.`)
  }
  const { derivative } = gradient
  if (derivative.kind === 'analytic' || (Number.isFinite(derivative.scale) && derivative.scale > 0)) {
    return gradient
  }
  throw new InputError(`The derivative's scale is ${derivative.scale}; expected a number above 0.`)
}

/** Whether token `t` of a sequence is a target: on its side of the train length, and not masked. */
function targetTester(
  name: string,
  mask: PerPosition | undefined,
  { batch, length }: ModelInputs,
  side: (t: number, trainLength: number) => boolean,
  trainLengths: readonly number[],
): (sequence: number, t: number) => boolean {
  const rows = mask === undefined ? undefined : checkTokenMask(name, mask, batch, length)
  return (sequence, t) => {
    const row = rows?.length === 1 ? rows[0] : rows?.[sequence]
    return side(t, trainLengths[sequence] ?? 0) && (row === undefined || row[t] === 1)
  }
}
