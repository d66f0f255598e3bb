import * as z from 'zod'
import { engineChoices, shippedModels, stepChoices } from './choices'

const count = z.int().min(0)
const numbers = z.instanceof(Float32Array)

const tokenizedText = z.object({
  /** Tokens, or a few that spell a character together; in the order of the text, without gaps. */
  pieces: z.array(z.object({ text: z.string(), from: count, to: count })),
  /** How many tokens the whole text has; the model reads the first so many of them as {@link tokens} says. */
  total: count,
  tokens: count,
})

/** What a model expects next at each place of a text. Places are tokens; the first one is predicted by nothing. */
const reading = z.object({
  /** For each token, in nats; 0 for the first. */
  losses: numbers,
  /** The most likely tokens at each place, the likeliest first: `topCount` for each token. */
  topTokens: z.instanceof(Int32Array),
  topProbabilities: numbers,
})

const updateNorm = z.object({
  name: z.string(),
  kind: z.string(),
  /** The block's number, or null for the final norm. */
  block: z.int().nullable(),
  parameters: count,
  /** Frobenius norms of what was added, and of the weight before. */
  norm: z.number(),
  weightNorm: z.number(),
})

const stepInput = z.object({ text: z.string(), choices: stepChoices })

const way = z.enum(['exact', 'tint'])

const range = z.object({ name: z.string(), at: z.enum(['tokens', 'prefixes']), from: count, to: count })

const filmModule = z.object({
  kind: z.string(),
  operators: z.array(z.string()),
  reads: z.array(range),
  writes: z.array(range),
  parameters: count,
})

const filmCell = z.object({
  /** The cell's place in the pass, from 0. */
  index: count,
  stage: z.enum(['forward', 'loss', 'backward', 'forward again']),
  /** The row of {@link film}'s rows. */
  row: count,
  /** Of the film's modules. */
  module: count,
  layer: z.string(),
  /** The weights that its prefixes hold; null where it uses none. */
  weights: z.string().nullable(),
})

/**
 * What the page can ask of its worker: for each task, what it is given and what it gives. Both sides check both.
 */
export const tasks = {
  /** Starts an engine and loads a checkpoint. The one before is freed. */
  load: {
    input: z.object({
      engine: z.enum(engineChoices),
      model: z.discriminatedUnion('from', [
        z.object({ from: z.literal('page'), name: z.enum(shippedModels), folder: z.url() }),
        z.object({ from: z.literal('files'), name: z.string(), files: z.array(z.instanceof(File)) }),
      ]),
    }),
    output: z.object({
      name: z.string(),
      family: z.string(),
      blocks: count,
      width: count,
      heads: count,
      vocabulary: count,
      longestText: count,
      parameters: count,
      hasTokenizer: z.boolean(),
      engine: z.object({
        name: z.string(),
        version: z.string(),
        device: z.string(),
        passedOver: z.array(z.object({ engine: z.string(), problem: z.string() })),
      }),
    }),
  },
  /** Cuts a text into tokens. */
  tokens: { input: z.object({ text: z.string() }), output: tokenizedText },
  /** One training step, and what the model expects everywhere before and after it. */
  step: {
    input: stepInput,
    output: z.object({
      text: tokenizedText,
      trainLength: count,
      /** Over the test tokens, in nats. */
      lossBefore: z.number(),
      lossAfter: z.number(),
      seconds: z.number(),
      before: reading,
      after: reading,
      topCount: count,
      /** How the tokens that are named in readings look. */
      tokenTexts: z.record(z.string(), z.string()),
      updates: z.array(updateNorm),
    }),
  },
  /** The test loss after a step at each rate, exact and TinT's. */
  sweep: {
    input: stepInput.extend({ rates: z.array(z.number().positive()).min(1).max(20) }),
    output: z.object({
      trainLength: count,
      lossBefore: z.number(),
      /** Null where the rate is too high for finite numbers. */
      points: z.array(z.object({ way, rate: z.number(), loss: z.number().nullable() })),
    }),
  },
  /** Each approximation of TinT alone, against exact back-propagation. */
  fidelity: {
    input: stepInput,
    output: z.object({
      reference: z.object({ lossBefore: z.number(), lossAfter: z.number(), updateNorm: z.number() }),
      approximations: z.array(
        z.object({
          name: z.string(),
          part: z.string(),
          lossAfter: z.number().nullable(),
          lossChangeRelativeError: z.number().nullable(),
          overall: z.object({ relativeError: z.number().nullable(), cosine: z.number().nullable() }),
        }),
      ),
    }),
  },
  /** The simulator's pass, module by module, without running it. */
  film: {
    input: z.object({ choices: stepChoices }),
    output: z.object({
      width: count,
      prefixTokens: count,
      rowsPerPrefix: count,
      hiddenSize: count,
      softmaxHeads: count,
      derivative: z.string(),
      /** Rows of the strip, from the first layer to the last. */
      rows: z.array(z.string()),
      modules: z.array(filmModule),
      cells: z.array(filmCell),
      parameters: z.object({ inner: count, simulator: count, distinct: count }),
    }),
  },
  /** The simulator's state before and after one module, from the literal execution on the beginning of the text. */
  state: {
    input: stepInput.extend({ cell: count, tokens: z.int().min(3).max(64) }),
    output: z.object({
      cell: count,
      prefixTokens: count,
      /** Coordinates of each position, `Dsim`. */
      columns: count,
      /** What the text positions hold; rows of the state are the prefixes and then these. */
      tokens: z.array(z.string()),
      /** How many of the slice's tokens are learned from. */
      trainLength: count,
      /** `[prefixes + tokens, Dsim]`, row by row. */
      before: numbers,
      after: numbers,
    }),
  },
} as const

/** The name of something that the worker does. */
export type TaskName = keyof typeof tasks

/** What a task is given. */
export type InputOf<Name extends TaskName> = z.infer<(typeof tasks)[Name]['input']>

/** What a task gives. */
export type OutputOf<Name extends TaskName> = z.infer<(typeof tasks)[Name]['output']>
