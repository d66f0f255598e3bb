/** What processes that compute perplexity load. */
import { readFile } from 'node:fs/promises'
import { contextsOf, perplexityConfigurationForm, planPerplexity, tokenizeText } from '@tintjs/evaluate'
import { adapters } from '@tintjs/families'
import { loadInnerModel, loadTokenizer } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { useEngine } from '@tintjs/tensor/node'

export const form = perplexityConfigurationForm

/** A plan of TinT with one rate and a batch of its own choice, beside the model. The model is the caller's. */
export async function preparePlan({ engine, model: folder, text, context, contexts: limit, ...rest }) {
  await useEngine(engine)
  const source = folderSource(folder)
  const model = await loadInnerModel(source, { adapters })
  const tokens = tokenizeText(await loadTokenizer(source), await readFile(text, 'utf8'))
  const { contexts } = contextsOf(tokens, { context, limit })
  const { trainFraction, learningRate } = rest
  const choices = { ways: ['tint'], trainFractions: [trainFraction], learningRates: [learningRate] }
  return { model, plan: planPerplexity(model.description, contexts, { ...choices, batch: 'auto' }) }
}

/** @type {import('@tintjs/evaluate/node').PrepareUnits} */
export async function prepareUnits(settings) {
  const { model, plan } = await preparePlan(settings)
  return { configuration: {}, runUnit: (unit, options) => plan.run(model, unit, options) }
}
