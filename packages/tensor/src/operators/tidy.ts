import * as tf from '@tensorflow/tfjs-core'

/**
 * `tf.tidy` for a structure of tensors: everything made inside is freed but for the tensors in what is returned,
 * however deep in objects and lists. (`tf.tidy`'s own type refuses interfaces.) Return no typed arrays: `tf.tidy`
 * would walk through each of their numbers.
 */
export function tidyStructure<Structure>(compute: () => Structure): Structure {
  return tf.tidy(compute as () => tf.TensorContainer) as Structure
}

/** Frees every tensor in a structure; {@link tidyStructure}'s counterpart. */
export function disposeStructure(structure: unknown): void {
  tf.dispose(structure as tf.TensorContainer)
}
