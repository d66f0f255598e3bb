import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Shard, shardFolder, shardText } from '@tintjs/evaluate'
import { InputError } from '@tintjs/tensor'
import { type Command, InvalidArgumentError } from 'commander'
import { parseNumber } from '../command-options'
import { UsageError } from '../failures'
import { shardOfJob } from './shard-of-job'

/** How and where an evaluation runs, and where its samples go. */
export interface RunOptions {
  readonly batch: number | 'auto'
  readonly workers: number | 'auto'
  readonly shard?: Shard
  readonly queue?: string
  readonly worker?: true
  readonly output?: string
  readonly resume?: true
}

/** Adds the options of a run. @param batched what a batch is of: `contexts`, `questions` */
export function addRunOptions(command: Command, batched: string): Command {
  return command
    .option(
      '--batch <count>',
      `${batched} at once; auto: what fits into 2 GiB, at most 8`,
      parseCount,
      'auto',
    )
    .option(
      '--workers <count>',
      'processes that compute at once, with a thread each; 1: this process with all threads; auto: one a core where that pays',
      parseWorkers,
      'auto',
    )
    .option(
      '--shard <i/n>',
      'compute part i of n, for tint merge (default: of a Slurm array or an indexed job of Kubernetes)',
      parseShard,
    )
    .option('--queue <address>', 'hand batches out to --worker processes through a Redis: redis://host:6379')
    .option('--worker', 'compute batches for the same command with the same --queue, until it has ended')
    .option('--output <folder>', 'write samples.jsonl, results.json and report.html; a new or empty folder')
    .option('--resume', 'go on with what --output holds')
}

/** @throws UsageError for options that do not go together */
export function checkRunOptions({ output, resume, queue, worker, shard }: RunOptions): void {
  if (resume && output === undefined) {
    throw new UsageError('--resume goes on with what a folder holds; name the folder with --output.')
  }
  if (worker && queue === undefined) {
    throw new UsageError('--worker computes for a run elsewhere; name its Redis with --queue.')
  }
  if (worker && output !== undefined) {
    throw new UsageError('--worker hands its samples over; --output is for the command that started the run.')
  }
  if (queue !== undefined && shard !== undefined) {
    throw new UsageError('--queue shares the whole run out by itself; leave --shard out.')
  }
}

/**
 * The options with the part of the run that this job of a cluster is to compute, where none was given. A part has its own
 * folder in that of `--output`.
 *
 * @throws InputError as {@link shardOfJob}, and where the folder holds parts of another division
 */
export async function withShard<Options extends RunOptions>(options: Options): Promise<Options> {
  const ofJob =
    options.shard === undefined && options.queue === undefined ? shardOfJob(process.env) : undefined
  const shard = options.shard ?? ofJob?.shard
  if (shard === undefined) return options
  const { output } = options
  if (output !== undefined) await checkDivision(output, shard)
  if (ofJob !== undefined) {
    process.stderr.write(`tint: computing shard ${shardText(shard)}, as ${ofJob.origin} has it\n`)
  }
  return { ...options, shard, ...(output !== undefined && { output: join(output, shardFolder(shard)) }) }
}

/** Says that a job of a cluster computes all of a run that has no parts. @param run what it is called */
export function tellNotShared(run: string): void {
  const origin = shardOfJob(process.env)?.origin
  if (origin === undefined) return
  process.stderr.write(
    `tint: ${run} has no shards, so that this job computes all of it; ${origin} is not used\n`,
  )
}

/** A job array that repeats some tasks of another one looks like a whole one of so many: its parts would be others. */
async function checkDivision(output: string, shard: Shard): Promise<void> {
  const names = await readdir(output).catch(() => [])
  const other = names.find((name) => /^shard-\d+-of-\d+$/.test(name) && !name.endsWith(`-of-${shard.count}`))
  if (other === undefined) return
  const count = other.slice(other.lastIndexOf('-') + 1)
  throw new InputError(
    `The folder ${output} holds ${other}, and this would be shard ${shardText(shard)}; expected shards of one division. ` +
      `Say which of the ${count} to compute with --shard, such as --shard 1/${count}, or give another folder.`,
  )
}

/** Reads `auto` or a number. */
function parseCount(text: string): number | 'auto' {
  return text === 'auto' ? text : parseNumber(text)
}

/** The most processes that may be asked for. */
const mostWorkers = 1024

/** Reads `--workers`. @throws InputError for a number that is no count of processes */
export function parseWorkers(text: string): number | 'auto' {
  const count = parseCount(text)
  if (count === 'auto' || (Number.isInteger(count) && count >= 1 && count <= mostWorkers)) return count
  throw new InputError(
    `The number of workers is ${count}; expected a whole number from 1 to ${mostWorkers}, or auto.`,
  )
}

/** Reads `I/N`. Whether it is in range is for the package to say. */
function parseShard(text: string): Shard {
  const [number, count, ...rest] = text.split('/')
  if (number === undefined || count === undefined || rest.length > 0) {
    throw new InvalidArgumentError(`"${text}" is not I/N; expected a part and their number such as 1/4.`)
  }
  return { number: parseNumber(number), count: parseNumber(count) }
}
