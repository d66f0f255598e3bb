import * as tf from '@tensorflow/tfjs-core'
import type { InnerModel, TokenInput, WeightReference } from '@tintjs/inner'
import { checkOptionNames, InputError, NotFiniteError } from '@tintjs/tensor'
import { fusedInto } from '../fused-execution'
import { planStep, type TrainingStepOptions } from '../step-plan'
import type { TrainingStepResult } from '../step-result'
import { trainingStep } from '../training-step'
import { type Approximation, exactStep, singleApproximations } from './approximations'
import { comparedStep, type FidelityOfStep, type FidelityReport, referenceStep } from './fidelity-report'
import { type LearningWeight, learningWeights } from './learning-weights'
import { ObservedParameters, type UpdateObserver } from './observed-parameters'
import { type ComparisonSums, sumsOf } from './update-comparison'

/** How far a measurement has come. */
export interface FidelityProgress {
  /** The name of the step under way. */
  readonly step: string
  /** Finished steps and parts of one. */
  readonly done: number
  /** How many steps there are. */
  readonly total: number
}

/** The choices of a measurement; what they share with a training step is as there. */
export interface FidelityOptions
  extends Pick<
    TrainingStepOptions,
    | 'attentionMask'
    | 'layers'
    | 'learningRate'
    | 'positionIds'
    | 'signal'
    | 'testMask'
    | 'trainLength'
    | 'trainMask'
  > {
  /** What the others are compared with; default {@link exactStep}. */
  readonly reference?: Omit<Approximation, 'execution'> | undefined
  /** Default {@link singleApproximations}. */
  readonly approximations?: readonly Approximation[] | undefined
  readonly onProgress?: ((progress: FidelityProgress) => void) | undefined
}

/**
 * How near the updates of approximate training steps are to the exact one's: one step of full back-propagation in which
 * scales of norms learn too, then one step for each approximation, all from the model as it is. Holds the reference's updates
 * of all weights in memory, and one weight's update of an approximation at a time.
 *
 * Each sequence of a batch learns for itself. Its updates count as if they were laid end to end with the others', so that
 * sequences, as weights, count by the size of their updates.
 *
 * @param tokens `[N]` or `[batch][N]`
 * @throws InputError as `trainingStep`, and where nothing would be learned or two approximations have one name
 * @throws NotFiniteError when a loss of the reference is not a finite number
 */
export async function measureFidelity(
  model: InnerModel,
  tokens: TokenInput,
  options: FidelityOptions,
): Promise<FidelityReport> {
  const { reference = exactStep, approximations = singleApproximations(), onProgress, ...shared } = options
  const weights = checkMeasurement(model, tokens, options, approximations)
  const progressOf = (step: string, finished: number): TrainingStepOptions['onProgress'] => {
    const total = approximations.length + 1
    return ({ done, total: all }) => onProgress?.({ step, done: finished + done / all, total })
  }
  const steps = new ObservedSteps(model, tokens, shared)

  const referenceUpdates = new Map<WeightReference, Float32Array>()
  const referenceLosses = await steps.run(
    reference,
    weights,
    progressOf(reference.name, 0),
    (weight, update) => referenceUpdates.set(weight, update),
  )
  if (referenceLosses instanceof NotFiniteError) throw referenceLosses
  const compare = referenceStep(reference.name, referenceLosses, weights, referenceUpdates)

  const compared: FidelityOfStep[] = []
  for (const [index, approximation] of approximations.entries()) {
    const sums = new Map<WeightReference, ComparisonSums>()
    const progress = progressOf(approximation.name, index + 1)
    const losses = await steps.run(approximation, weights, progress, (weight, update) =>
      sums.set(weight, sumsOf(referenceUpdates.get(weight) ?? [], update)),
    )
    const lossAfter = losses instanceof NotFiniteError ? null : losses.lossAfter
    compared.push(comparedStep(approximation, lossAfter, compare, sums))
  }
  return { reference: compare.report, approximations: compared }
}

const optionNames: Readonly<Record<keyof FidelityOptions, true>> = {
  approximations: true,
  attentionMask: true,
  layers: true,
  learningRate: true,
  onProgress: true,
  positionIds: true,
  reference: true,
  signal: true,
  testMask: true,
  trainLength: true,
  trainMask: true,
}

/** @returns the weights that will be compared */
function checkMeasurement(
  { description }: InnerModel,
  tokens: TokenInput,
  options: FidelityOptions,
  approximations: readonly Approximation[],
): LearningWeight[] {
  checkOptionNames('measurement of fidelity', options, optionNames)
  const { approximations: _, reference: __, onProgress: ___, ...shared } = options
  const plan = planStep(description, tokens, shared)
  if (plan.learningRate === 0) {
    throw new InputError(
      'The learning rate is 0, at which nothing is learned and no update can be compared; expected a number above 0.',
    )
  }
  if (plan.train.rows.length === 0) {
    throw new InputError(
      'No token is a training target, so that no update can be compared; expected a train length of at least 2, and a 1 in the train mask after its first number and before the train length.',
    )
  }
  const names = approximations.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new InputError(`Two approximations are called "${twice}"; expected each to have a name of its own.`)
  }
  return learningWeights(description, plan.layers)
}

/** Runs steps on the same tokens, and tells their updates. */
class ObservedSteps {
  readonly #model: InnerModel
  readonly #tokens: TokenInput
  readonly #options: TrainingStepOptions

  constructor(model: InnerModel, tokens: TokenInput, options: TrainingStepOptions) {
    this.#model = model
    this.#tokens = tokens
    this.#options = options
  }

  /**
   * @param observe called once for each weight that learns
   * @returns an error, and does not throw it, when only the losses are no finite numbers: the updates have been told
   */
  async run(
    { gradient, updateNormWeights, execution }: Approximation,
    weights: readonly LearningWeight[],
    onProgress: TrainingStepOptions['onProgress'],
    observe: UpdateObserver,
  ): Promise<Pick<TrainingStepResult, 'lossBefore' | 'lossAfter'> | NotFiniteError> {
    const observed = execution ?? fusedInto((table) => new ObservedParameters(table, observe))
    const options = { ...this.#options, gradient, updateNormWeights, execution: observed, onProgress }
    try {
      const step = await trainingStep(this.#model, this.#tokens, options)
      try {
        if (execution !== undefined) await observeDifferences(step, weights, observe)
        return { lossBefore: step.lossBefore, lossAfter: step.lossAfter }
      } finally {
        step.dispose()
      }
    } catch (error) {
      // A rate may be too high for one approximation only.
      if (error instanceof NotFiniteError && execution === undefined) return error
      throw error
    }
  }
}

/** The updates of a step that was not observed: its weights after less those before. */
async function observeDifferences(
  { model }: TrainingStepResult,
  weights: readonly LearningWeight[],
  observe: UpdateObserver,
): Promise<void> {
  for (const { reference: weight } of weights) {
    const difference = tf.tidy(() => tf.sub(model.weight(weight), model.inner.weights.get(weight)))
    observe(weight, await difference.data<'float32'>())
    difference.dispose()
  }
}
