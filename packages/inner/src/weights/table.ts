import * as tf from '@tensorflow/tfjs-core'
import { CheckpointError } from '@tintjs/tensor'
import type { MatrixValue, ParameterValues } from './parameters'
import type { WeightReference } from './reference'

/** The parameters of an inner model, one tensor a reference. Owns its tensors. */
export class WeightTable implements ParameterValues {
  readonly #tensors = new Map<WeightReference, tf.Tensor>()

  /** Adds a parameter in the shape that its layer sees; the table owns the tensor from now on. */
  set(reference: WeightReference, value: tf.Tensor): void {
    this.#tensors.get(reference)?.dispose()
    this.#tensors.set(reference, tf.keep(value))
  }

  /** @throws CheckpointError when the parameter was not loaded */
  get(reference: WeightReference): tf.Tensor {
    const tensor = this.#tensors.get(reference)
    if (tensor === undefined) {
      throw new CheckpointError(
        `The weight ${reference.name} is not loaded; expected a model made by loadInnerModel that is not disposed.`,
      )
    }
    return tensor
  }

  matrix(reference: WeightReference): MatrixValue {
    return { weight: this.get(reference) as tf.Tensor2D, updates: [] }
  }

  vector(reference: WeightReference): tf.Tensor1D {
    return this.get(reference) as tf.Tensor1D
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose()
    this.#tensors.clear()
  }
}
