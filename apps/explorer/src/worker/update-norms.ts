import * as tf from '@tensorflow/tfjs-core'
import { learningWeights, type TrainingStepResult } from '@tintjs/simulate'
import type { OutputOf } from '../protocol/tasks'

type UpdateNorm = OutputOf<'step'>['updates'][number]

/** How far each weight that may learn has moved, and how large it was. */
export async function updateNorms(
  { model }: Pick<TrainingStepResult, 'model'>,
  layers: number,
): Promise<UpdateNorm[]> {
  const norms: UpdateNorm[] = []
  for (const { reference, name, kind, block, parameters } of learningWeights(
    model.inner.description,
    layers,
  )) {
    const pair = tf.tidy(() => {
      const before = model.inner.weights.get(reference)
      const change = tf.sub(tf.reshape(model.weight(reference), before.shape), before)
      return tf.stack([tf.norm(change), tf.norm(before)])
    })
    const [norm = 0, weightNorm = 0] = await pair.data()
    pair.dispose()
    norms.push({ name, kind, block: block ?? null, parameters, norm, weightNorm })
  }
  return norms
}
