import type { InnerModel } from '@tintjs/inner'
import type * as z from 'zod'

/** The fields of a sample that say which one it is: all that is known before it is measured. */
export type SampleKey = Readonly<Record<string, string | number | null>>

/** How samples of a kind are written and named. */
export interface SampleForm<Sample> {
  /** A line of `samples.jsonl`, with the fields in the order in which they are written. */
  readonly schema: z.ZodType<Sample>
  /** A sample in words, for messages about its line: `context 3, way tint at fraction 0.5`. */
  describe(key: SampleKey): string
}

/** What happens around a unit. */
export interface UnitOptions {
  /** Stops between blocks of a model; the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined
  /** How much of the unit is done, from 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined
}

/**
 * A measurement before it runs: all of its pieces, in an order that the choices alone decide. A unit is the smallest
 * piece that is finished as a whole; the same unit of the same plan gives the same samples in any process.
 */
export interface EvaluationPlan<Sample> {
  readonly unitCount: number
  /** How much there is to do, in what people count: contexts, examples. */
  readonly size: number
  readonly form: SampleForm<Sample>
  /** What a unit costs, in forward passes of one sequence. */
  cost(unit: number): number
  /** Which samples a unit gives, in their order. */
  keys(unit: number): readonly SampleKey[]
  /** Computes a unit. Frees every tensor that it makes; the model stays the caller's. */
  run(model: InnerModel, unit: number, options?: UnitOptions): Promise<readonly Sample[]>
}

/** A line of `samples.jsonl`, its line end included. */
export function sampleLine<Sample>({ schema }: SampleForm<Sample>, sample: Sample): string {
  return `${JSON.stringify(schema.parse(sample))}\n`
}
