import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfigurationForm, RunUnit } from '@tintjs/evaluate'
import { InputError } from '@tintjs/tensor'
import { type Job, WaitingError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import * as z from 'zod'
import { connectRedis, prefix, withoutPassword } from './redis'
import { checkRuns, queueName, type RunRecord, readRun } from './run-record'

/** How long a batch stays a worker's without a sign of life, in milliseconds; others take it then. */
const lockDuration = 15_000

/** How often workers look for batches whose worker is lost, in milliseconds. */
const stalledInterval = 10_000

/** How often a batch may lose its worker before the run fails: a machine that is taken away is nobody's fault. */
const maxStalledCount = 5

/** How often a worker asks whether the run has ended, in milliseconds. */
const interval = 1000

/** How long a worker waits for a run that is not there: its machine may start again. In milliseconds. */
const patience = 600_000

/** What a worker is for. */
export interface WorkerOptions {
  readonly run: Omit<RunRecord, 'ended'>
  readonly form: Pick<ConfigurationForm<object>, 'shape'>
  /** Computes a unit; called for so many at a time as there are workers. */
  readonly runUnit: RunUnit<unknown>
  /** How many units are computed at once. */
  readonly count: number
  /** Leaves after what is under way was given back. */
  readonly signal: AbortSignal
  readonly onUnit: (done: number) => void
}

const dataSchema = z.strictObject({ unit: z.int() })

/**
 * Computes batches of a run until the run has ended.
 *
 * @returns how many it has computed
 * @throws InputError when the Redis cannot be reached, has runs of other configurations only, or no run for ten minutes
 */
export async function workForQueue(address: string, options: WorkerOptions): Promise<number> {
  const redis = await connectRedis(address)
  try {
    await checkRuns(redis, options.run, options.form)
    return await work(redis, address, options)
  } finally {
    redis.disconnect()
  }
}

async function work(
  redis: Redis,
  address: string,
  { run, runUnit, count, signal, onUnit }: WorkerOptions,
): Promise<number> {
  let done = 0
  const compute = async (job: Job) => {
    const { unit } = dataSchema.parse(job.data)
    const onShare = throttled((share) => job.updateProgress(share))
    const samples = await runUnit(unit, { signal, onShare }).catch((error) => giveBack(job, error, signal))
    onUnit(++done)
    return samples
  }
  const start = (connection: Redis) => {
    const settings = { prefix, concurrency: 1, lockDuration, stalledInterval, maxStalledCount }
    const worker = new Worker(queueName(run), compute, { ...settings, connection })
    // Connections that are lost are made again.
    worker.on('error', () => {})
    return worker
  }
  // A worker leaves a connection open that it was given.
  const connections = Array.from({ length: count }, () => redis.duplicate())
  const workers = connections.map(start)
  // Before what is under way is given back, so that nothing else is taken.
  const takeNoMore = () => workers.forEach((worker) => void worker.pause(true))
  signal.addEventListener('abort', takeNoMore, { once: true })
  try {
    await untilEnded(redis, address, run, signal)
    return done
  } finally {
    signal.removeEventListener('abort', takeNoMore)
    await Promise.all(workers.map((worker) => worker.close()))
    for (const connection of connections) connection.disconnect()
    await sweep(redis, queueName(run)).catch(() => {})
  }
}

/**
 * Takes away what a worker's last look for lost batches wrote again after the run had removed its queue. A queue with
 * batches is left alone: the key that counts them is there from the first one on.
 */
async function sweep(redis: Redis, name: string): Promise<void> {
  const [counter, ...remains] = ['id', 'meta', 'stalled-check'].map((key) => `${prefix}:${name}:${key}`)
  const script = "if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', unpack(KEYS, 2)) end"
  await redis.eval(script, 1 + remains.length, `${counter}`, ...remains)
}

/** A batch whose worker was stopped waits for another one, and has not failed: it has all of its attempts left. */
async function giveBack(job: Job, error: unknown, signal: AbortSignal): Promise<never> {
  if (!signal.aborted || job.token === undefined) throw error
  await job.moveToWait(job.token)
  throw new WaitingError()
}

/** Waits until a run says that it has ended. */
async function untilEnded(redis: Redis, address: string, run: WorkerOptions['run'], signal: AbortSignal) {
  let seen = performance.now()
  for (;;) {
    signal.throwIfAborted()
    const record = await readRun(redis, queueName(run))
    if (record?.ended) return
    if (record !== undefined) seen = performance.now()
    if (performance.now() - seen > patience) {
      throw new InputError(
        `There was no run for this worker at ${withoutPassword(address)} for ten minutes; start the run with the same options and --queue, then the worker.`,
      )
    }
    await sleep(interval, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** Tells at most once a second. */
function throttled(tell: (share: number) => Promise<unknown>): (share: number) => void {
  let last = 0
  return (share) => {
    if (performance.now() - last < 1000) return
    last = performance.now()
    tell(share).catch(() => {})
  }
}
