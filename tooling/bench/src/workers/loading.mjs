/** Its only round loads a model. It is ready when it has computed its first logits: engines take weights in at first use. */

import { adapters } from '@tintjs/families'
import { loadInnerModel, modelLogits } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { useEngine } from '@tintjs/tensor/node'
import { peakMemoryBytes } from './peak-memory.mjs'
import { serve, timed } from './serve.mjs'

await serve(async ({ engine, folder }) => {
  await useEngine(engine)
  const baselineBytes = process.memoryUsage.rss()
  const round = async () => {
    const loaded = await timed(() => loadInnerModel(folderSource(folder), { adapters }))
    const loadPeakBytes = peakMemoryBytes()
    const first = await timed(async () => {
      const logits = await modelLogits(loaded.value, [0, 1])
      await logits.data()
      logits.dispose()
    })
    const seconds = loaded.seconds + first.seconds
    return { loadSeconds: loaded.seconds, loadPeakBytes, seconds, baselineBytes }
  }
  return { jobs: { round } }
})
