import * as z from 'zod'

/** Checkpoints that are served with the page, by the names of their folders. */
export const shippedModels = ['gpt2-nano-bytes', 'opt-nano-bytes'] as const

/** What may compute: the first that runs here, or one of them. */
export const engineChoices = ['auto', 'webgpu', 'wasm'] as const

/** The two gradients of a training step. */
const gradients = ['tint', 'exact'] as const

/** TinT's derivatives that the page offers. `usual` is the library's own choice. */
export const derivatives = [
  'usual',
  'central:10',
  'central:100',
  'central:1000',
  'forward:1000',
  'analytic',
] as const

/** As the library has them. */
export const lossGradients = ['softmax', 'quad', 'target'] as const

/** The most rounds of learning that the page does. */
export const mostSteps = 20

/** The highest learning rate that the page takes: far more than any model stands. */
export const highestRate = 1000

/** The choices of a training step, as the page and its address have them. */
export const stepChoices = z.object({
  /** Part of the tokens that is learned from. */
  share: z.number().gt(0).lt(1),
  learningRate: z.number().min(0).max(highestRate),
  steps: z.int().min(1).max(mostSteps),
  /** How many of the last blocks learn; `all` of whatever the model has. */
  layers: z.union([z.literal('all'), z.int().min(1)]),
  gradient: z.enum(gradients),
  derivative: z.enum(derivatives),
  lossGradient: z.enum(lossGradients),
})

/** {@link stepChoices} */
export type StepChoices = z.infer<typeof stepChoices>
