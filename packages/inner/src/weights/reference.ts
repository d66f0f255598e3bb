import * as tf from '@tensorflow/tfjs-core'
import { TintError } from '@tintjs/tensor'

/** The part of a checkpoint tensor that belongs to one layer: view it in `view`'s shape and take a range of one axis. */
export interface TensorPart {
  /** A shape of the same size as the checkpoint tensor's. */
  readonly view: readonly number[]
  readonly axis: number
  readonly start: number
  readonly size: number
}

/**
 * Where a parameter lives in the checkpoint and how it is stored there. The object itself is the parameter's
 * identity: layers that share a parameter (a tied head) hold the same reference.
 */
export interface WeightReference {
  /** The tensor's name in the checkpoint. */
  readonly name: string
  /** The tensor's shape in the checkpoint. */
  readonly shape: readonly number[]
  /** Which part of the tensor, where several parameters are fused in one; the whole of it by default. */
  readonly part?: TensorPart
  /** Whether a matrix is stored as `[input, output]` (GPT-2's Conv1D) and not as `[output, input]`. */
  readonly transposed?: boolean
}

/** The shape that the layer sees: a vector, or a matrix `[output, input]`. */
export function parameterShape(reference: WeightReference): number[] {
  const stored = storedPartShape(reference)
  return reference.transposed ? stored.toReversed() : stored
}

/** How many numbers the parameter has. */
export function parameterSize(reference: WeightReference): number {
  return parameterShape(reference).reduce((product, size) => product * size, 1)
}

/** How many numbers parameters have in all; one that is named twice counts twice. */
export function parameterCount(references: readonly WeightReference[]): number {
  return references.reduce((total, reference) => total + parameterSize(reference), 0)
}

/** The shape of the part as it is stored: leading axes of a view are merged into rows. */
function storedPartShape({ shape, part }: WeightReference): number[] {
  if (part === undefined) return [...shape]
  const taken = part.view.map((size, axis) => (axis === part.axis ? part.size : size))
  if (shape.length === 1) return [taken.reduce((product, size) => product * size, 1)]
  const columns = taken.at(-1) ?? 1
  return [taken.slice(0, -1).reduce((product, size) => product * size, 1), columns]
}

/**
 * Takes a layer's parameter out of its checkpoint tensor.
 *
 * @param stored the whole checkpoint tensor, in the checkpoint's shape; stays the caller's
 * @returns the parameter as the layer sees it, owned by the caller
 */
export function readParameter(stored: tf.Tensor, reference: WeightReference): tf.Tensor {
  const { part, transposed } = reference
  return tf.tidy(() => {
    let value: tf.Tensor = tf.clone(stored)
    if (part !== undefined) {
      const viewed = tf.reshape(stored, [...part.view])
      const start = part.view.map((_, axis) => (axis === part.axis ? part.start : 0))
      const size = part.view.map((whole, axis) => (axis === part.axis ? part.size : whole))
      value = tf.reshape(tf.slice(viewed, start, size), storedPartShape(reference))
    }
    return transposed ? tf.transpose(value) : value
  })
}

/**
 * Puts a layer's parameter back into its checkpoint tensor: {@link readParameter} undone.
 *
 * @param stored the whole checkpoint tensor with a leading batch axis, `[batch, ...shape]`; stays the caller's
 * @param value the parameter as the layer sees it, `[batch, ...parameterShape]`; stays the caller's
 * @returns `[batch, ...shape]`, owned by the caller
 */
export function writeParameter(stored: tf.Tensor, value: tf.Tensor, reference: WeightReference): tf.Tensor {
  const { shape, part, transposed } = reference
  const batch = value.shape[0] ?? 1
  return tf.tidy(() => {
    const asStored = transposed ? tf.transpose(value, [0, 2, 1]) : value
    if (part === undefined) return tf.clone(asStored)
    const viewed = tf.reshape(stored, [batch, ...part.view])
    const along = part.axis + 1
    const range = (start: number, size: number) => {
      const begin = [0, ...part.view.map((_, axis) => (axis === part.axis ? start : 0))]
      const extent = [batch, ...part.view.map((whole, axis) => (axis === part.axis ? size : whole))]
      return tf.slice(viewed, begin, extent)
    }
    const end = part.start + part.size
    const whole = part.view[part.axis] ?? 0
    const middleShape = [batch, ...part.view.map((size, axis) => (axis === part.axis ? part.size : size))]
    const pieces = [
      ...(part.start > 0 ? [range(0, part.start)] : []),
      tf.reshape(asStored, middleShape),
      ...(end < whole ? [range(end, whole - end)] : []),
    ]
    return tf.reshape(tf.concat(pieces, along), [batch, ...shape])
  })
}

/** Parameters that share a checkpoint tensor, so that it is read once. */
export function groupByTensor(references: readonly WeightReference[]): Map<string, WeightReference[]> {
  const groups = new Map<string, WeightReference[]>()
  for (const reference of references) {
    const group = groups.get(reference.name)
    if (group === undefined) groups.set(reference.name, [reference])
    else group.push(reference)
  }
  return groups
}

/** The shape of the checkpoint tensor that parameters share. */
export function sharedShape(references: readonly WeightReference[]): readonly number[] {
  return references[0]?.shape ?? []
}

/**
 * Puts the parameters that share a checkpoint tensor together in its layout.
 *
 * @param valueAt gives a parameter as the layer sees it, `[batch, ...parameterShape]`; called inside a `tf.tidy`
 * @returns `[batch, ...shape]`, owned by the caller
 */
export function assembleTensor(
  references: readonly WeightReference[],
  valueAt: (reference: WeightReference) => tf.Tensor,
): tf.Tensor {
  const shape = sharedShape(references)
  const whole = shape.reduce((product, size) => product * size, 1)
  const covered = parameterCount(references)
  if (covered !== whole) {
    throw new TintError(
      `The layers hold ${covered} of the ${whole} numbers of ${references[0]?.name}; expected all of them.`,
    )
  }
  return tf.tidy(() => {
    let assembled: tf.Tensor | undefined
    for (const reference of references) {
      const value = valueAt(reference)
      assembled = writeParameter(assembled ?? tf.zeros([value.shape[0] ?? 1, ...shape]), value, reference)
    }
    return assembled ?? tf.zeros([1, ...shape])
  })
}
