import { createHash } from 'node:crypto'
import { type ConfigurationForm, firstDifference } from '@tintjs/evaluate'
import { InputError } from '@tintjs/tensor'
import type { Redis } from 'ioredis'
import * as z from 'zod'
import { prefix } from './redis'

const recordSchema = z.strictObject({
  /** Of the program. */
  version: z.string(),
  /** The command that runs. */
  command: z.string(),
  configuration: z.record(z.string(), z.unknown()),
  /** Set when all samples are in, so that workers can leave. */
  ended: z.boolean(),
})

/** What a run tells its workers. */
export type RunRecord = z.infer<typeof recordSchema>

/** For how long a record lives without being renewed, in seconds: a run that is killed is forgotten then. */
const lifetime = 60

/** The name of the queue of a run: runs that would give the same samples have the same. */
export function queueName({ version, command, configuration }: Omit<RunRecord, 'ended'>): string {
  const text = JSON.stringify([version, command, configuration])
  return `run-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}

/** Says that a run is there, until it is told to stop. @returns what stops it; `ended` tells workers to leave */
export async function announceRun(
  redis: Redis,
  run: Omit<RunRecord, 'ended'>,
): Promise<(ended: boolean) => Promise<void>> {
  const key = recordKey(queueName(run))
  const write = (ended: boolean) =>
    redis.set(key, JSON.stringify({ ...run, ended }), 'EX', ended ? 600 : lifetime)
  await write(false)
  const renewing = setInterval(() => write(false).catch(() => {}), (lifetime / 3) * 1000)
  return async (ended) => {
    clearInterval(renewing)
    if (ended) await write(true)
    else await redis.del(key)
  }
}

/** The record of a run, or undefined where there is none now. */
export async function readRun(redis: Redis, name: string): Promise<RunRecord | undefined> {
  const text = await redis.get(recordKey(name))
  return text === null ? undefined : recordSchema.safeParse(JSON.parse(text)).data
}

/**
 * Checks that a worker's run is there, or that none is yet.
 *
 * @throws InputError when there are runs, but of another version or configuration: the first difference is named
 */
export async function checkRuns(
  redis: Redis,
  own: Omit<RunRecord, 'ended'>,
  form: Pick<ConfigurationForm<object>, 'shape'>,
): Promise<void> {
  const names = (await redis.keys(recordKey('*'))).map((key) => key.slice(recordKey('').length))
  if (names.length === 0 || names.includes(queueName(own))) return
  const others = (await Promise.all(names.map((name) => readRun(redis, name)))).filter(
    (run) => run !== undefined && !run.ended,
  )
  const [other] = [...others].sort((left, right) => likeness(right, own) - likeness(left, own))
  if (other === undefined) return
  throw new InputError(
    `This worker would compute for another run than the one in the queue: ${differenceOf(other, own, form)}.`,
  )
}

function differenceOf(
  other: RunRecord,
  own: Omit<RunRecord, 'ended'>,
  form: Pick<ConfigurationForm<object>, 'shape'>,
): string {
  if (other.version !== own.version) {
    return `the run is of tint ${other.version}, this is ${own.version}; install the same`
  }
  if (other.command !== own.command) return `the run is tint ${other.command}, this is tint ${own.command}`
  const difference = firstDifference(form, other.configuration, own.configuration)
  if (difference === undefined) return 'nothing that can be named; start both again'
  const { field, before, now } = difference
  return `${field} is ${before} there and ${now} here; give the same options and files`
}

/** How much two runs have in common, so that the difference that is named is the one that matters. */
function likeness(run: RunRecord | undefined, own: Omit<RunRecord, 'ended'>): number {
  if (run === undefined) return -1
  const same = Object.entries(own.configuration).filter(
    ([field, value]) => JSON.stringify(value) === JSON.stringify(run.configuration[field]),
  )
  return same.length + (run.version === own.version ? 100 : 0) + (run.command === own.command ? 100 : 0)
}

function recordKey(name: string): string {
  return `${prefix}:record:${name}`
}
