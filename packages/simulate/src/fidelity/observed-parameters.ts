import * as tf from '@tensorflow/tfjs-core'
import {
  LearnedParameters,
  type ParameterChange,
  type WeightReference,
  type WeightTable,
} from '@tintjs/inner'
import { sumOfOuterProducts } from '@tintjs/tensor'

/**
 * Takes the update of a weight.
 *
 * @param update what descent adds to the weight, `[batch, ...parameterShape]`
 */
export type UpdateObserver = (reference: WeightReference, update: Float32Array) => void

/**
 * Learned parameters that tell each update before it is added to its weight, which would round most of its digits away.
 */
export class ObservedParameters extends LearnedParameters {
  readonly #observe: UpdateObserver

  constructor(weights: WeightTable, observe: UpdateObserver) {
    super(weights)
    this.#observe = observe
  }

  override descend(changes: readonly ParameterChange[], learningRate: number, positions: number): void {
    for (const change of changes) this.#observe(change.reference, updateOf(change, learningRate))
    super.descend(changes, learningRate, positions)
  }
}

function updateOf(change: ParameterChange, learningRate: number): Float32Array {
  const update = tf.tidy(() => {
    if (change.kind === 'vector') return tf.mul(change.gradient, -learningRate)
    const scaled = tf.mul(change.outputGradient, -learningRate) as tf.Tensor3D
    return sumOfOuterProducts(scaled, change.input)
  })
  const values = update.dataSync<'float32'>()
  update.dispose()
  return values
}
