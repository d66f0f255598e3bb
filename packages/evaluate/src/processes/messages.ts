import * as z from 'zod'

/** What a run tells its processes. */
export const orderSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('prepare'), module: z.string(), data: z.unknown() }),
  z.strictObject({ kind: z.literal('unit'), unit: z.int() }),
])

/** What a process answers. */
export const answerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready'), configuration: z.record(z.string(), z.unknown()) }),
  z.strictObject({ kind: z.literal('share'), share: z.number() }),
  z.strictObject({ kind: z.literal('samples'), samples: z.array(z.unknown()) }),
  z.strictObject({ kind: z.literal('failed'), name: z.string(), message: z.string() }),
])

export type Order = z.infer<typeof orderSchema>
export type Answer = z.infer<typeof answerSchema>
