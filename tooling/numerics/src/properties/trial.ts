import { allParameters, blockParameters, type InnerModel, type WeightReference } from '@tintjs/inner'
import { type Execution, type GradientChoice, type TrainingStepOptions, trainingStep } from '@tintjs/simulate'
import { makeModel } from '../random-models/adapter'
import type { RandomCase, RandomStep } from '../random-models/step'
import type { Parameters } from '../reference/model'
import { parametersOf, type ReferenceStep, referenceStep } from '../reference/step'
import { differenceOf, expectAsRight, float32Rounding, lengthOf } from './comparison'

/** A random step on a model that is loaded. */
export interface Trial {
  readonly model: InnerModel
  readonly parameters: Parameters
  readonly step: RandomStep
  readonly gradient: GradientChoice
  readonly learningRate: number
}

/** Loads a case's model, tries something on it, and frees it. */
export async function withTrial<Result>(
  { model: random, step }: RandomCase,
  gradient: GradientChoice,
  attempt: (trial: Trial) => Promise<Result>,
): Promise<Result> {
  const model = makeModel(random)
  try {
    const parameters = await parametersOf(model, allParameters(model.description))
    const learningRate = rateOf(model, parameters, step, gradient)
    return await attempt({ model, parameters, step, gradient, learningRate })
  } finally {
    model.dispose()
  }
}

/** The rate at which the first update moves the first sequence's weights by the step's strength. */
function rateOf(
  model: InnerModel,
  parameters: Parameters,
  step: RandomStep,
  gradient: GradientChoice,
): number {
  const first = { ...step, steps: 1, chunks: 1 }
  const { gradients } = referenceStep(model, parameters, {
    step: first,
    sequence: 0,
    gradient,
    learningRate: 0,
  })
  const size = (values: Iterable<Float64Array>) => lengthOf([...values].map(lengthOf))
  const slope = size(gradients.values())
  const weights = size(
    [...gradients.keys()].map((reference) => parameters.get(reference) ?? new Float64Array()),
  )
  return slope === 0 ? 0.1 : (step.strength * weights) / slope
}

/** A step's results of one sequence. */
export interface FoundStep {
  readonly logitsBefore: Float32Array
  readonly logitsAfter: Float32Array
  readonly lossesBefore: Float32Array
  readonly lossesAfter: Float32Array
  /** Of the blocks that learn and the final norm. */
  readonly weights: ReadonlyMap<WeightReference, Float32Array>
}

/** The options of a training step. */
export function optionsOf(
  { step, gradient, learningRate }: Trial,
  execution?: Execution,
): TrainingStepOptions {
  const { strength: _, tokens: __, ...options } = step
  return { ...options, learningRate, gradient, execution, keepLogits: true }
}

/** Takes the step with the product's own code. */
export async function takeStep(trial: Trial, execution?: Execution): Promise<FoundStep[]> {
  const { model, step } = trial
  const result = await trainingStep(model, step.tokens, optionsOf(trial, execution))
  try {
    const [before, after] = await Promise.all(
      [result.logitsBefore, result.logitsAfter].map((logits) => logits?.data<'float32'>()),
    )
    const weights = new Map<WeightReference, Float32Array>()
    for (const reference of blockParameters(model.description, step.layers)) {
      const value = result.model.weight(reference)
      weights.set(reference, await value.data<'float32'>())
      value.dispose()
    }
    return result.sequences.map(({ tokenLossesBefore, tokenLossesAfter }, sequence) => {
      const own = (values: Float32Array | undefined = new Float32Array()) => {
        const size = values.length / step.tokens.length
        return values.subarray(sequence * size, (sequence + 1) * size)
      }
      return {
        logitsBefore: own(before),
        logitsAfter: own(after),
        lossesBefore: tokenLossesBefore,
        lossesAfter: tokenLossesAfter,
        weights: new Map([...weights].map(([reference, values]) => [reference, own(values)])),
      }
    })
  } finally {
    result.dispose()
  }
}

/** The right answers of one sequence: in float64, and with every number rounded to float32 on the way. */
export interface RightStep {
  readonly right: ReferenceStep
  readonly rounded: ReferenceStep
}

/** @param roundsDifferences whether finite differences subtract rounded values, as literal execution does */
export function rightSteps(
  { model, parameters, step, gradient, learningRate }: Trial,
  roundsDifferences = false,
): RightStep[] {
  return [...step.tokens.keys()].map((sequence) => {
    const settings = { step, sequence, gradient, learningRate }
    const rounding = { round: Math.fround, roundsDifferences }
    return {
      right: referenceStep(model, parameters, settings),
      rounded: referenceStep(model, parameters, { ...settings, rounding }),
    }
  })
}

/** A gradient jumps where a number crosses the kink of a ReLU: nearer to it than this, rounding decides. */
const nearKink = 1e-4

/** Whether rounding might decide about a ReLU. */
export function isNearKink(steps: readonly RightStep[]): boolean {
  return steps.some(({ right }) => right.kinkDistance < nearKink)
}

/** Every number of a step is as right as float32 allows: logits, losses, changes of weights. */
export function expectRightStep(
  found: FoundStep,
  { right, rounded }: RightStep,
  parameters: Parameters,
): void {
  for (const when of ['Before', 'After'] as const) {
    const logits = right[`logits${when}`].values
    const resolution = float32Rounding * lengthOf(logits)
    const [name, losses] = [`logits${when}`, `losses${when}`] as const as ['logitsBefore', 'lossesBefore']
    expectAsRight(found[name], { right: logits, rounded: rounded[name].values, resolution }, name)
    expectAsRight(found[losses], { right: right[losses], rounded: rounded[losses], resolution }, losses)
  }
  for (const [reference, own] of found.weights) {
    const before = parameters.get(reference) ?? new Float64Array()
    const change = (values: ArrayLike<number> | undefined) => differenceOf(values ?? [], before)
    expectAsRight(
      change(own),
      {
        right: change(right.parameters.get(reference)),
        rounded: change(rounded.parameters.get(reference)),
        // A learned weight is rounded again.
        resolution: float32Rounding * lengthOf(before),
      },
      `the change of ${reference.name}`,
    )
  }
}
