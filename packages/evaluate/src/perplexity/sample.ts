import * as z from 'zod'
import type { SampleForm } from '../run/evaluation-plan'

/** How the test tokens are predicted, in the order of execution and of tables. */
export const ways = ['inner', 'exact', 'tint'] as const

/** `inner`: the model as it is; `exact`: dynamic evaluation; `tint`: the step that TinT simulates. */
export type Way = (typeof ways)[number]

const finite = z.number().finite()

/** A {@link Sample}, as a line of `samples.jsonl` holds it. */
const sampleSchema = z.strictObject({
  sample: z.int().min(0),
  way: z.enum(ways),
  trainFraction: finite,
  learningRate: finite.nullable(),
  negativeLogLikelihood: finite.nullable(),
  tokens: z.int().min(1),
  bytes: z.int().min(0),
  words: z.int().min(0),
})

/** How one context's test tokens were predicted in one way. */
export interface Sample {
  /** The context's id. */
  readonly sample: number
  readonly way: Way
  readonly trainFraction: number
  /** Null for `inner`, which learns nothing. */
  readonly learningRate: number | null
  /** Summed over the test tokens, in nats; null where it was no finite number, as the rate was far too high. */
  readonly negativeLogLikelihood: number | null
  /** Test tokens. */
  readonly tokens: number
  /** UTF-8 bytes of the test tokens' text. */
  readonly bytes: number
  /** Words that begin in it. */
  readonly words: number
}

/** How samples are written: one JSON object a line, its fields in the schema's order. */
export const sampleForm: SampleForm<Sample> = {
  schema: sampleSchema,
  describe: ({ sample, way, trainFraction, learningRate }) => {
    const rate = learningRate === null ? '' : ` and rate ${learningRate}`
    return `context ${sample}, way ${way} at fraction ${trainFraction}${rate}`
  },
}
