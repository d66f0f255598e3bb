import * as z from 'zod'

const loss = z.object({ lossAfter: z.number() })

/** A training step with right answers, as `case.json` of a golden case or of a fixture has it. */
export const trainingCase = z.object({
  /** `model_type` of the configuration. */
  kind: z.string(),
  /** `[batch, N]` */
  inputIds: z.array(z.array(z.int())).min(1),
  trainLength: z.int(),
  learningRate: z.number(),
  steps: z.int(),
  /** How many of the last blocks learn. */
  layers: z.int(),
  /** `[N]`: which tokens are training targets; null for all before the train length. */
  gradientMask: z.array(z.int()).nullable(),
  /** `[N, N]`: which row looks at which column, on top of causal; null for all. */
  attentionMask: z.array(z.array(z.int())).nullable(),
  /** `[N]`; null for 0, 1, 2 ... */
  positionIds: z.array(z.int()).nullable(),
  lossGradient: z.enum(['softmax', 'quad', 'target']),
  updateNormWeights: z.boolean(),
  expected: z.object({
    /** Mean over the sequences of each one's mean test loss. */
    lossBefore: z.number(),
    /** With attention probabilities that are constants of the backward pass. */
    valueOnlyAttentionGradient: loss,
    /** With full back-propagation. */
    exactGradient: loss,
    /** What the paper's released code gave, where it was run. */
    authorsCode: loss.optional(),
  }),
})

/** A checked {@link trainingCase}. */
export type TrainingCase = z.infer<typeof trainingCase>
