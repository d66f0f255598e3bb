import { TintError } from '@tintjs/tensor'
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
  z.strictObject({
    kind: z.literal('failed'),
    name: z.string(),
    message: z.string(),
    stack: z.string().optional(),
    /** Of errors of the system. */
    code: z.string().optional(),
    errno: z.number().optional(),
    syscall: z.string().optional(),
    path: z.string().optional(),
  }),
])

export type Order = z.infer<typeof orderSchema>
export type Answer = z.infer<typeof answerSchema>
export type FailedAnswer = Extract<Answer, { kind: 'failed' }>

/** A failure as it is told: with all by which others know it, and what the system says of it. */
export function failedAnswer(failure: unknown): FailedAnswer {
  const error: NodeJS.ErrnoException = failure instanceof Error ? failure : new Error(String(failure))
  const { name, message, stack, syscall, path } = error
  const code = typeof error.code === 'string' ? error.code : undefined
  const errno = typeof error.errno === 'number' ? error.errno : undefined
  return { kind: 'failed', name, message, stack, code, errno, syscall, path }
}

/** The failure that was told. Failures are known by their names, so that they can come from other processes. */
export function errorOf({ kind: _, message, ...facts }: FailedAnswer): Error {
  return Object.assign(new TintError(message), facts)
}
