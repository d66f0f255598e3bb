import type { EvaluationPlan, UnitOptions } from '@tintjs/evaluate'
import { TintError } from '@tintjs/tensor'
import { Queue, QueueEvents } from 'bullmq'
import * as z from 'zod'
import type { Units } from '../run/units'
import { connectRedis, prefix } from './redis'
import { announceRun, queueName, type RunRecord } from './run-record'

/** How many batches wait in the queue at most: enough for many workers, and few to be lost with the queue. */
const waiting = 256

/** How often a batch is tried, by whichever worker takes it, before the run fails. */
const attempts = 3

/** How often the queue is searched for batches that are no longer in it, in milliseconds. */
const searchInterval = 5000

/**
 * Hands a run's units out through a Redis. A unit that was computed before this process was lost is not computed again,
 * and one that the Redis has lost is handed out again.
 *
 * @throws InputError when the Redis cannot be reached
 */
export async function queueUnits<Sample>(
  address: string,
  run: Omit<RunRecord, 'ended'>,
  { form }: Pick<EvaluationPlan<Sample>, 'form'>,
): Promise<Units<Sample>> {
  const redis = await connectRedis(address)
  const name = queueName(run)
  const queue = new Queue(name, { connection: redis, prefix })
  const listening = redis.duplicate()
  const events = new QueueEvents(name, { connection: listening, prefix })
  events.setMaxListeners(0)
  queue.on('error', () => {})
  events.on('error', () => {})
  await events.waitUntilReady()
  const stopAnnouncing = await announceRun(redis, run)
  const samplesOf = z.array(form.schema)
  const handOut = (unit: number) =>
    queue.add('unit', { unit }, { jobId: jobOf(unit), attempts, removeOnComplete: false })
  const handedOut = new Set<number>()
  const stopSearching = keepHandedOut(queue, handedOut, handOut)
  return {
    ahead: waiting,
    async runUnit(unit: number, { signal, onShare }: UnitOptions) {
      const id = jobOf(unit)
      const previous = await queue.getJob(id)
      if ((await previous?.isFailed()) === true) await previous?.remove()
      const job = await handOut(unit)
      handedOut.add(unit)
      const tell = ({ jobId, data }: { jobId: string; data: unknown }) => {
        if (jobId === id && typeof data === 'number') onShare?.(data)
      }
      events.on('progress', tell)
      try {
        return samplesOf.parse(await stoppable(job.waitUntilFinished(events), signal))
      } catch (error) {
        if (signal?.aborted || error instanceof z.ZodError) throw error
        throw new TintError(`Batch ${unit} failed ${attempts} times in workers: ${(error as Error).message}`)
      } finally {
        handedOut.delete(unit)
        events.off('progress', tell)
      }
    },
    // Workers leave when all samples are in; else the queue keeps what they have computed.
    async close(complete) {
      stopSearching()
      await stopAnnouncing(complete)
      if (complete) await queue.obliterate({ force: true })
      await events.close()
      await queue.close()
      listening.disconnect()
      redis.disconnect()
    },
  }
}

function jobOf(unit: number): string {
  return `unit-${unit}`
}

/**
 * Hands out again what is no longer in the queue: a Redis that was started again may have lost everything, and nobody
 * would ever compute it.
 *
 * @param units that were handed out, and are not computed yet
 * @returns what stops it
 */
function keepHandedOut(
  queue: Queue,
  units: ReadonlySet<number>,
  handOut: (unit: number) => Promise<unknown>,
): () => void {
  let searching = false
  const search = async () => {
    for (const unit of units) {
      if ((await queue.getJob(jobOf(unit))) === undefined && units.has(unit)) await handOut(unit)
    }
  }
  const timer = setInterval(() => {
    // A Redis that is away answers when it is back.
    if (searching) return
    searching = true
    search()
      .catch(() => {})
      .finally(() => {
        searching = false
      })
  }, searchInterval)
  return () => clearInterval(timer)
}

/** Rejects when it is stopped, whatever becomes of the work. */
function stoppable<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal?.reason)
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop))
  })
}
