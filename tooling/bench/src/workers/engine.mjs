/** Tells what computes here: the engine that is measured, and the version of tfjs over it. */
import { version_core } from '@tensorflow/tfjs-core'
import { useEngine } from '@tintjs/tensor/node'
import { serve } from './serve.mjs'

await serve(async ({ engine }) => {
  const { name, version, threads, device } = await useEngine(engine)
  return { facts: { name, version, threads, device, tfjs: version_core }, jobs: {} }
})
