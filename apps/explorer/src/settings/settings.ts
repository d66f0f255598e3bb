import * as z from 'zod'
import { engineChoices, shippedModels, stepChoices } from '../protocol/choices'
import { textNames } from './texts'

/** The longest own text that the page takes, in characters: addresses hold it. */
export const longestOwnText = 20_000

/** Everything that can be chosen on the page, and so what its address holds. */
export const settingsSchema = stepChoices.extend({
  model: z.enum(shippedModels),
  engine: z.enum(engineChoices),
  /** One of the page's texts; `own` is {@link ownText}. */
  text: z.enum([...textNames, 'own']),
  ownText: z.string().max(longestOwnText),
})

/** {@link settingsSchema} */
export type Settings = z.infer<typeof settingsSchema>

/** What a first visit shows: the demo of the command, at a rate that does this model good. */
export const defaultSettings: Settings = {
  model: 'gpt2-nano-bytes',
  engine: 'auto',
  text: 'tide clock',
  ownText: '',
  share: 0.7,
  learningRate: 6e-4,
  steps: 1,
  layers: 'all',
  gradient: 'tint',
  derivative: 'usual',
  lossGradient: 'softmax',
}
