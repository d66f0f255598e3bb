import {
  attentionLayersOf,
  blockParameters,
  type InnerModel,
  type Linear,
  leavesOf,
  type WeightReference,
} from '@tintjs/inner'
import type { GradientChoice } from '@tintjs/simulate'
import type { RandomStep } from '../random-models/step'
import type { Matrix } from './matrix'
import {
  logitsGradient,
  type Parameters,
  type PassRules,
  runModel,
  type Sequence,
  tokenLosses,
} from './model'
import type { TapeRules } from './tape'

/** What a reference step is computed of. */
export interface ReferenceStepSettings {
  readonly step: RandomStep
  /** Which sequence of the step's batch. */
  readonly sequence: number
  readonly gradient: GradientChoice
  readonly learningRate: number
  /** How numbers are rounded on the way; default not at all. */
  readonly rounding?: Pick<TapeRules, 'round' | 'roundsDifferences'> | undefined
}

/** A training step of one sequence in float64. */
export interface ReferenceStep {
  readonly logitsBefore: Matrix
  readonly logitsAfter: Matrix
  /** Of each test target. */
  readonly lossesBefore: Float64Array
  readonly lossesAfter: Float64Array
  /** All parameters after the step, as layers see them. */
  readonly parameters: Parameters
  /** The gradient of the first update, of the parameters that learn. */
  readonly gradients: ReadonlyMap<WeightReference, Float64Array>
  /** How near any number came to the kink of a ReLU, where a gradient jumps. */
  readonly kinkDistance: number
}

/** A model's parameters as they were loaded. */
export async function parametersOf(
  model: InnerModel,
  references: readonly WeightReference[],
): Promise<Parameters> {
  const parameters = new Map<WeightReference, Float64Array>()
  for (const reference of references) {
    parameters.set(reference, Float64Array.from(await model.weights.get(reference).data<'float32'>()))
  }
  return parameters
}

/** Forward, loss gradient, backward and descent, as often as the step asks for, then forward again: by the definitions. */
export function referenceStep(
  model: Pick<InnerModel, 'description'>,
  parameters: Parameters,
  { step, sequence, gradient, learningRate, rounding = {} }: ReferenceStepSettings,
): ReferenceStep {
  const { description } = model
  const { round = (value: number) => value } = rounding
  const input = sequenceOf(step, sequence)
  const { tokens } = input
  const targets = targetsOf(step, sequence)
  const rules: PassRules = {
    ...rounding,
    derivative: gradient.derivative,
    constantAttention: gradient.attentionGradient === 'value',
    biasRate: ({ inputWidth }: Linear) =>
      gradient.compatibility === 'authors-code' ? Math.ceil(inputWidth / description.width) : 1,
  }
  const learning = learningOf(model, step, gradient)
  let [current, kinkDistance] = [parameters, Number.POSITIVE_INFINITY]
  const run = () => {
    const pass = runModel(description, current, input, rules)
    kinkDistance = Math.min(kinkDistance, pass.kinkDistance)
    return pass
  }
  const first = run()
  let firstGradients: Map<WeightReference, Float64Array> | undefined
  for (let part = 0; part < step.chunks; part++) {
    for (let done = 0; done < step.steps; done++) {
      const pass = run()
      const isTarget = (t: number) =>
        targets.train(t) && partOf(t, targets.trainLength - 1, step.chunks) === part
      const gradients = pass.gradients(
        logitsGradient(gradient.lossGradient, pass.logits, tokens, isTarget, rounding.round),
      )
      firstGradients ??= new Map([...gradients].filter(([reference]) => learning.has(reference)))
      current = new Map(
        [...current].map(([reference, values]) => {
          const slope = gradients.get(reference)
          if (slope === undefined || !learning.has(reference)) return [reference, values]
          return [
            reference,
            values.map((value, index) => round(value - learningRate * (slope[index] as number))),
          ]
        }),
      )
    }
  }
  const last = run()
  const tested = (losses: Float64Array) => losses.filter((_, row) => targets.test(row + 1))
  return {
    logitsBefore: first.logits,
    logitsAfter: last.logits,
    lossesBefore: tested(tokenLosses(first.logits, tokens)),
    lossesAfter: tested(tokenLosses(last.logits, tokens)),
    parameters: current,
    gradients: firstGradients ?? new Map(),
    kinkDistance,
  }
}

/** The parameters that descend: of the last blocks and the final norm, scales of norms only where asked. */
function learningOf(
  { description }: Pick<InnerModel, 'description'>,
  { layers, updateNormWeights }: RandomStep,
  { attentionGradient }: GradientChoice,
): ReadonlySet<WeightReference> {
  const trees =
    description.finalNorm === undefined ? description.blocks : [...description.blocks, description.finalNorm]
  const scales = new Set(
    trees.flatMap(leavesOf).flatMap((leaf) => (leaf.kind === 'norm' ? [leaf.scale] : [])),
  )
  const constant = new Set(
    trees
      .flatMap(attentionLayersOf)
      .flatMap(({ query, key }) => [query.weight, query.bias, key.weight, key.bias]),
  )
  return new Set(
    blockParameters(description, layers).filter(
      (reference) =>
        (updateNormWeights || !scales.has(reference)) &&
        (attentionGradient === 'full' || !constant.has(reference)),
    ),
  )
}

/** One sequence of a batch, with the rows of masks and positions that are its own. */
export function sequenceOf({ tokens, positionIds, attentionMask }: RandomStep, sequence: number): Sequence {
  const own = tokens[sequence] ?? []
  return {
    tokens: own,
    positionIds: ofSequence(positionIds, sequence) ?? own.map((_, token) => token),
    attentionMask: ofSequence(attentionMask, sequence),
  }
}

function ofSequence<Row>(rows: readonly Row[] | undefined, sequence: number): Row | undefined {
  return rows === undefined ? undefined : rows.length === 1 ? rows[0] : rows[sequence]
}

function targetsOf(step: RandomStep, sequence: number) {
  const trainLength = step.trainLength[sequence] ?? 1
  const trainMask = ofSequence(step.trainMask, sequence)
  const testMask = ofSequence(step.testMask, sequence)
  return {
    trainLength,
    train: (t: number) => t >= 1 && t < trainLength && trainMask?.[t] !== 0,
    test: (t: number) => t >= trainLength && testMask?.[t] !== 0,
  }
}

/** In which of `chunks` even parts target `t` of `1..targets` is: part `p` ends before `1 + floor((p + 1) targets / chunks)`. */
function partOf(t: number, targets: number, chunks: number): number {
  let part = 0
  while (t >= 1 + Math.floor(((part + 1) * targets) / chunks)) part++
  return part
}
