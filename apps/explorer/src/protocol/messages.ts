import * as z from 'zod'
import { type TaskName, tasks } from './tasks'

const id = z.int().min(0)
const taskName = z.enum(Object.keys(tasks) as [TaskName, ...TaskName[]])

/** From the page to its worker. */
export const toWorker = z.discriminatedUnion('kind', [
  /** `input` is checked by the task's own schema. */
  z.object({ kind: z.literal('start'), id, task: taskName, input: z.unknown() }),
  z.object({ kind: z.literal('stop'), id }),
])

/** {@link toWorker} */
export type ToWorker = z.infer<typeof toWorker>

/** From the worker to the page, about the task of an id. */
export const toPage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), id, doing: z.string(), done: z.number(), total: z.number() }),
  /** `output` is checked by the task's own schema. */
  z.object({ kind: z.literal('done'), id, output: z.unknown() }),
  z.object({ kind: z.literal('stopped'), id }),
  /** `expected`: the library's own words, which say what to do; else a defect of the page. */
  z.object({ kind: z.literal('failed'), id, message: z.string(), expected: z.boolean() }),
])

/** {@link toPage} */
export type ToPage = z.infer<typeof toPage>
