/** A round is the perplexity of a text's contexts after learning from the first part of each, by the public interface. */
import { readFile } from 'node:fs/promises'
import { contextsOf, planPerplexity, runPlan, tokenizeText } from '@tintjs/evaluate'
import { loadInnerModel, loadTokenizer } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { useEngine } from '@tintjs/tensor/node'
import { adapters } from './families.mjs'
import { serve, timed } from './serve.mjs'

await serve(
  async ({ engine, model: folder, text, context, contexts: limit, trainFraction, learningRate }) => {
    await useEngine(engine)
    const source = folderSource(folder)
    const model = await loadInnerModel(source, { adapters })
    const tokens = tokenizeText(await loadTokenizer(source), await readFile(text, 'utf8'))
    const { contexts } = contextsOf(tokens, { context, limit })
    const choices = { ways: ['tint'], trainFractions: [trainFraction], learningRates: [learningRate] }
    const plan = planPerplexity(model.description, contexts, { ...choices, batch: 'auto' })
    const round = async () => {
      const samples = []
      const onSamples = (finished) => void samples.push(...finished)
      const { seconds } = await timed(() => runPlan(model, plan, { onSamples }))
      const sum = (of) => samples.reduce((total, sample) => total + of(sample), 0)
      const loss = sum((sample) => sample.negativeLogLikelihood) / sum((sample) => sample.tokens)
      return { seconds, contexts: contexts.length, loss }
    }
    // Not all contexts are needed to warm up.
    const first = planPerplexity(model.description, contexts.slice(0, plan.settings.batch), {
      ...choices,
      batch: 'auto',
    })
    await runPlan(model, first, { onSamples: () => {} })
    return { facts: { batch: plan.settings.batch }, jobs: { round } }
  },
)
