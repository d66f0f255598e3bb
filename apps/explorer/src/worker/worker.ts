import { TintError } from '@tintjs/tensor'
import { type ToPage, toWorker } from '../protocol/messages'
import { tasks } from '../protocol/tasks'
import { performers, type TaskContext } from './performers'

/** Tasks that wait or run, by their ids. */
const stoppers = new Map<number, AbortController>()
let work: Promise<void> = Promise.resolve()

/** Progress is told at most so often, in milliseconds: a page shows no more. */
const progressPause = 30

self.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = toWorker.parse(data)
  if (message.kind === 'stop') {
    stoppers.get(message.id)?.abort()
    return
  }
  const { id, task, input } = message
  const stopper = new AbortController()
  stoppers.set(id, stopper)
  // One after another: they share the model and the engine.
  work = work.then(async () => {
    answer(await outcomeOf(id, task, input, stopper.signal))
    stoppers.delete(id)
  })
})

async function outcomeOf(
  id: number,
  task: keyof typeof performers,
  input: unknown,
  signal: AbortSignal,
): Promise<ToPage> {
  try {
    signal.throwIfAborted()
    const perform = performers[task] as (input: unknown, context: TaskContext) => Promise<unknown>
    const output = await perform(tasks[task].input.parse(input), { signal, report: reporter(id) })
    return { kind: 'done', id, output }
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped', id }
    const expected = error instanceof TintError
    if (!expected) console.error(error)
    return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error), expected }
  }
}

function reporter(id: number): TaskContext['report'] {
  let last = 0
  return (doing, done, total) => {
    const now = performance.now()
    if (done < total && now - last < progressPause) return
    last = now
    answer({ kind: 'progress', id, doing, done, total })
  }
}

function answer(message: ToPage): void {
  self.postMessage(message)
}
