/** Writes a checkpoint of random weights in half precision, and tells how many bytes its weights have as float32. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { allParameters, assembleTensor, groupByTensor, parameterSize, sharedShape } from '@tintjs/inner'
import { deferTensor } from '@tintjs/tensor'
import { useEngine, writeDeferredSafetensorsFile } from '@tintjs/tensor/node'
import { randomModel } from './random-model.mjs'
import { serve } from './serve.mjs'

await serve(async ({ engine, config, folder }) => {
  await useEngine(engine)
  const { description, weights } = randomModel(config)
  const parameters = allParameters(description)
  const tensors = [...groupByTensor(parameters)].map(([name, references]) =>
    deferTensor({
      name,
      shape: sharedShape(references),
      materialise: () =>
        tf.tidy(() => {
          const valueAt = (reference) => tf.expandDims(weights.get(reference), 0)
          return tf.squeeze(assembleTensor(references, valueAt), [0])
        }),
    }),
  )
  const options = { type: 'F16', metadata: { format: 'pt' } }
  await writeDeferredSafetensorsFile(join(folder, 'model.safetensors'), tensors, options)
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, dtype: 'float16' }))
  const numbers = parameters.reduce((total, reference) => total + parameterSize(reference), 0)
  return { facts: { weightBytes: 4 * numbers }, jobs: {} }
})
