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

/**
 * Hands a run's units out through a Redis. A unit that was computed before this process was lost is not computed again.
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
  return {
    ahead: waiting,
    async runUnit(unit: number, { signal, onShare }: UnitOptions) {
      const id = `unit-${unit}`
      const previous = await queue.getJob(id)
      if ((await previous?.isFailed()) === true) await previous?.remove()
      const job = await queue.add('unit', { unit }, { jobId: id, attempts, removeOnComplete: false })
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
        events.off('progress', tell)
      }
    },
    // Workers leave when all samples are in; else the queue keeps what they have computed.
    async close(complete) {
      await stopAnnouncing(complete)
      if (complete) await queue.obliterate({ force: true })
      await events.close()
      await queue.close()
      listening.disconnect()
      redis.disconnect()
    },
  }
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
