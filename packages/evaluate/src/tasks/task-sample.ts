import * as z from 'zod'
import { ways } from '../perplexity/sample'
import type { SampleForm } from '../run/evaluation-plan'

const finite = z.number().finite()

/** The form of a {@link TaskSample}, as a line of `samples.jsonl` holds it, with its fields in their order. */
const taskSampleSchema = z.strictObject({
  /** The example's number in the task's test data. */
  sample: z.int().min(0),
  template: z.string(),
  /** What the demonstrations were drawn with. */
  seed: z.int().min(0),
  way: z.enum(ways),
  /** Null for `inner`. */
  learningRate: finite.nullable(),
  /** How many demonstrations there was room for. */
  demonstrations: z.int().min(0),
  /** The right label, an index into the task's labels. */
  label: z.int().min(0),
  /** The label that was predicted; null where a number was not finite, as the rate was far too high. */
  prediction: z.int().min(0).nullable(),
  /** Of each label's words after the question, in nats. */
  logProbabilities: z.array(finite).nullable(),
  /** The same in the context that calibration compares with; null without calibration. */
  baseline: z.array(finite).nullable(),
})

/** One answer to one example. */
export type TaskSample = Readonly<z.infer<typeof taskSampleSchema>>

/** What tells samples of a run apart. */
export type TaskSampleKey = Pick<TaskSample, 'sample' | 'template' | 'seed' | 'way' | 'learningRate'>

/** How samples are written: one JSON object a line, its fields in the schema's order. */
export const taskSampleForm: SampleForm<TaskSample> = {
  schema: taskSampleSchema,
  describe: ({ sample, template, seed, way, learningRate }) => {
    const rate = learningRate === null ? '' : ` and rate ${learningRate}`
    return `example ${sample}, template ${template} and seed ${seed}, way ${way}${rate}`
  },
}
