import * as tf from '@tensorflow/tfjs-core'
import { disposeStructure, InputError, sumOfOuterProducts } from '@tintjs/tensor'
import type { MatrixValue, OuterProduct, ParameterChange, ParameterValues } from './parameters'
import { parameterShape, type WeightReference } from './reference'
import type { WeightTable } from './table'

/** How a matrix update is kept: folded into a copy of the matrix, or as its two factors. */
export type UpdateForm = 'dense' | 'factors'

/** The sizes that decide about the form of an update. */
export interface UpdateSizes {
  /** Positions that the last forward will run over. */
  readonly positions: number
  readonly inputWidth: number
  readonly outputWidth: number
  /** How many updates of the matrix are kept as factors already. */
  readonly held: number
}

/**
 * The cheaper form of an update over `n` learned positions, by arithmetic: factors cost `2 N n (in + out)` in each
 * later forward, folding them in costs `2 n in out` once. Factors that are held already count in full, so that neither
 * time nor memory grows with the steps.
 */
export function cheaperUpdateForm({ positions, inputWidth, outputWidth, held }: UpdateSizes): UpdateForm {
  return (held + 1) * positions * (inputWidth + outputWidth) < inputWidth * outputWidth ? 'factors' : 'dense'
}

/** Chooses the form of each update; {@link cheaperUpdateForm} unless a caller knows better. */
export type ChooseUpdateForm = (sizes: UpdateSizes) => UpdateForm

/**
 * An inner model's parameters after descent, each sequence of the batch with its own. Reads the model's table for
 * everything that did not change, and never writes to it. Owns what it has learned.
 */
export class LearnedParameters implements ParameterValues {
  readonly #base: WeightTable
  readonly #chooseForm: ChooseUpdateForm
  readonly #dense = new Map<WeightReference, tf.Tensor3D>()
  readonly #factors = new Map<WeightReference, OuterProduct[]>()
  #disposed = false

  constructor(base: WeightTable, chooseForm: ChooseUpdateForm = cheaperUpdateForm) {
    this.#base = base
    this.#chooseForm = chooseForm
  }

  matrix(reference: WeightReference): MatrixValue {
    this.#requireAlive()
    const weight = this.#dense.get(reference) ?? (this.#base.get(reference) as tf.Tensor2D)
    return { weight, updates: this.#factors.get(reference) ?? [] }
  }

  vector(reference: WeightReference): tf.Tensor1D | tf.Tensor3D {
    this.#requireAlive()
    return this.#dense.get(reference) ?? this.#base.vector(reference)
  }

  /** Whether descent has changed this parameter. */
  hasLearned(reference: WeightReference): boolean {
    return this.#dense.has(reference) || this.#factors.has(reference)
  }

  /**
   * Descends: subtracts `learningRate` times each gradient. The changes' tensors stay the caller's.
   *
   * @param positions how many positions the last forward will run over, which decides the form of an update
   */
  descend(changes: readonly ParameterChange[], learningRate: number, positions: number): void {
    for (const change of changes) {
      if (change.kind === 'vector') this.#descendVector(change.reference, change.gradient, learningRate)
      else this.#descendMatrix(change, learningRate, positions)
    }
  }

  /**
   * Puts a value in the place of all that was learned of a parameter, as a saved state has it.
   *
   * @param value `[batch, ...parameterShape]` (a vector: `[batch, 1, width]`), owned by this object from now on
   */
  restore(reference: WeightReference, value: tf.Tensor3D): void {
    this.#replace(reference, value)
  }

  /**
   * The parameter with everything that was learned folded in.
   *
   * @param batch how many sequences
   * @returns `[batch, ...parameterShape]`, owned by the caller
   */
  materialise(reference: WeightReference, batch: number): tf.Tensor {
    this.#requireAlive()
    const shape = parameterShape(reference)
    return tf.tidy(() => {
      const dense = this.#dense.get(reference) ?? this.#base.get(reference)
      let value: tf.Tensor =
        dense.size === batch * this.#base.get(reference).size
          ? tf.reshape(dense, [batch, ...shape])
          : tf.tile(tf.reshape(dense, [1, ...shape]), [batch, ...shape.map(() => 1)])
      for (const { scaledGradient, input } of this.#factors.get(reference) ?? []) {
        value = tf.add(value, sumOfOuterProducts(scaledGradient, input))
      }
      return value
    })
  }

  /** Frees what was learned; reading it afterwards is an error, and does not give the old weights. */
  dispose(): void {
    this.#disposed = true
    for (const tensor of this.#dense.values()) tensor.dispose()
    for (const updates of this.#factors.values()) {
      for (const { scaledGradient, input } of updates) tf.dispose([scaledGradient, input])
    }
    this.#dense.clear()
    this.#factors.clear()
  }

  #requireAlive(): void {
    if (!this.#disposed) return
    throw new InputError('What was learned is disposed; expected it to be used before dispose() is called.')
  }

  #descendVector(reference: WeightReference, gradient: tf.Tensor3D, learningRate: number): void {
    const updated = tf.tidy(
      () => tf.sub(this.vector(reference), tf.mul(gradient, learningRate)) as tf.Tensor3D,
    )
    this.#replace(reference, updated)
  }

  #descendMatrix(
    { reference, outputGradient, input }: Extract<ParameterChange, { kind: 'outerProduct' }>,
    learningRate: number,
    positions: number,
  ): void {
    const updates = this.#factors.get(reference) ?? []
    const sizes = {
      positions,
      inputWidth: input.shape[2],
      outputWidth: outputGradient.shape[2],
      held: updates.length,
    }
    if (!this.#dense.has(reference) && this.#chooseForm(sizes) === 'factors') {
      const scaledGradient = tf.keep(tf.mul(outputGradient, -learningRate) as tf.Tensor3D)
      updates.push({ scaledGradient, input: tf.keep(tf.clone(input)) })
      this.#factors.set(reference, updates)
      return
    }
    const folded = tf.tidy(() => {
      const scaledGradient = tf.mul(outputGradient, -learningRate) as tf.Tensor3D
      const changes = [...updates, { scaledGradient, input }].map((update) =>
        sumOfOuterProducts(update.scaledGradient, update.input),
      )
      const before = this.#dense.get(reference) ?? this.#base.get(reference)
      return changes.reduce<tf.Tensor>((value, change) => tf.add(change, value), before) as tf.Tensor3D
    })
    disposeStructure(updates)
    this.#factors.delete(reference)
    this.#replace(reference, folded)
  }

  #replace(reference: WeightReference, value: tf.Tensor3D): void {
    this.#dense.get(reference)?.dispose()
    this.#dense.set(reference, tf.keep(value))
  }
}
