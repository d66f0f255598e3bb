import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '@tintjs/tensor'
import { writeFileAtomically } from '@tintjs/tensor/node'
import * as z from 'zod'
import { aggregate, bestRates } from '../perplexity/aggregate'
import { perplexityConfigurationForm } from '../perplexity/configuration'
import type { PerplexityReport } from '../perplexity/report-data'
import { type Sample, sampleForm } from '../perplexity/sample'
import { htmlReport } from '../report/page'
import { type ConfigurationForm, firstDifference } from '../run/configuration-form'
import { type SampleForm, type SampleKey, sampleLine } from '../run/evaluation-plan'
import { jsonOrUndefined } from '../run/json'
import { checkOutputFolder, openOutputFolder, outputFiles, writeJson } from '../run/output-folder'
import { type Shard, shardedForm, shardText } from '../run/shard'
import { taskConfigurationSchema } from '../tasks/task-configuration'
import { taskResults } from '../tasks/task-results'
import { type TaskSample, taskSampleForm } from '../tasks/task-sample'
import { readResults, readSamples } from './read-run'
import { parseResults, type RunResults } from './results-file'

/** What was put together. */
export interface MergedRun {
  readonly shards: number
  readonly samples: number
}

/** A finished part of a run. */
interface Part {
  readonly folder: string
  readonly shard: Shard
  /** Of the whole run. */
  readonly configuration: Readonly<Record<string, unknown>>
  /** All that its `results.json` holds. */
  readonly content: Readonly<Record<string, unknown>>
  readonly results: RunResults
}

/**
 * Puts the finished shards of a run together: the folder is as if one process had computed it, `samples.jsonl` byte by
 * byte. Sample texts of the page need the model; the run's command with `--resume` adds them.
 *
 * @param folders of shards, or that hold folders of shards
 * @param output new or empty
 * @throws InputError when a shard is missing, there twice, not finished or of another run, or when samples conflict
 */
export async function mergeShards(folders: readonly string[], output: string): Promise<MergedRun> {
  const remedy = 'delete it if a merge was cut off there, or give another folder'
  await checkOutputFolder(output, { resume: false, remedy })
  const places = (await Promise.all(folders.map(shardFolders))).flat()
  const parts = await Promise.all(places.map(readPart))
  const [first] = parts
  if (first === undefined) throw new InputError('No folder is given; expected the shards of a run.')
  checkSameRun(parts)
  checkComplete(parts)
  const ordered = [...parts].sort((left, right) => left.shard.number - right.shard.number)
  const samples =
    first.results.kind === 'perplexity'
      ? await mergePerplexity(ordered, output)
      : await mergeTask(ordered, first.results.task, output)
  return { shards: ordered.length, samples }
}

/** A shard's folder itself, or the shards in the folder of a run. */
async function shardFolders(folder: string): Promise<string[]> {
  const content = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`The folder ${folder} cannot be read (${error.code}); expected the shards of a run.`)
  })
  if (content.includes(outputFiles.configuration)) return [folder]
  const inside = content.filter((name) => /^shard-\d+-of-\d+$/.test(name)).sort()
  if (inside.length > 0) return inside.map((name) => join(folder, name))
  throw new InputError(
    `The folder ${folder} holds no shards of a run; expected what --shard has written there.`,
  )
}

const contentSchema = z.looseObject({
  configuration: z.looseObject({
    shard: z.strictObject({ number: z.int(), count: z.int() }).nullable().default(null),
  }),
})

async function readPart(folder: string): Promise<Part> {
  const path = join(folder, outputFiles.results)
  const text = await readResults(folder)
  const raw = jsonOrUndefined(text)
  const { data } = contentSchema.safeParse(raw)
  if (data === undefined) {
    // Says where it is damaged.
    parseResults(text, path)
    throw new InputError(`${path} names no configuration; expected the results of a shard.`)
  }
  const { shard, ...configuration } = data.configuration
  if (shard === null) {
    throw new InputError(`${folder} holds a whole run and no shard of one; there is nothing to merge.`)
  }
  // As it was written, with its fields in their order.
  const written = raw as typeof data
  const content = { ...written, configuration: { ...written.configuration, shard: null } }
  const results = parseResults(JSON.stringify(content, undefined, 2), path)
  return { folder, shard, configuration, content, results }
}

function checkSameRun([first, ...others]: readonly Part[]): void {
  if (first === undefined) return
  for (const other of others) {
    const shape = { ...first.configuration, ...other.configuration }
    const difference = firstDifference({ shape }, first.configuration, other.configuration)
    if (difference !== undefined) {
      const { field, before, now } = difference
      throw new InputError(
        `${first.folder} and ${other.folder} are of different runs: ${field} is ${before} in the one and ${now} in the ` +
          'other; expected shards of one run. Leave one out.',
      )
    }
    if (other.shard.count !== first.shard.count) {
      throw new InputError(
        `${first.folder} is shard ${shardText(first.shard)} and ${other.folder} is shard ${shardText(other.shard)}; expected ` +
          'shards of one division. Compute the missing ones anew.',
      )
    }
  }
}

function checkComplete(parts: readonly Part[]): void {
  const found = new Map<number, Part>()
  for (const part of parts) {
    const before = found.get(part.shard.number)
    if (before !== undefined) {
      throw new InputError(
        `Shard ${shardText(part.shard)} is there twice, in ${before.folder} and in ${part.folder}; expected each once. Leave one out.`,
      )
    }
    found.set(part.shard.number, part)
  }
  const count = parts[0]?.shard.count ?? 0
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter(
    (number) => !found.has(number),
  )
  if (missing.length === 0) return
  const shards = missing.map((number) => shardText({ number, count })).join(', ')
  throw new InputError(
    `There ${missing.length === 1 ? 'is' : 'are'} no shard${missing.length === 1 ? '' : 's'} ${shards}; expected all ${count}. Compute what is missing with --shard, then merge.`,
  )
}

async function mergePerplexity(parts: readonly Part[], output: string): Promise<number> {
  const samples = await samplesOf<Sample>(parts, sampleForm)
  // Every part was checked to hold all that a report needs.
  const report = {
    ...wholeReport(parts),
    results: aggregate(samples),
    best: bestRates(samples),
  } as unknown as PerplexityReport
  await writeRun(output, perplexityConfigurationForm, sampleForm, {
    samples,
    report,
    page: htmlReport(report, []),
  })
  return samples.length
}

async function mergeTask(
  parts: readonly Part[],
  task: { readonly name: string; readonly labels: readonly string[] },
  output: string,
): Promise<number> {
  const samples = await samplesOf<TaskSample>(parts, taskSampleForm)
  const report = { ...wholeReport(parts), results: taskResults(task, samples) }
  await writeRun(output, taskConfigurationSchema, taskSampleForm, { samples, report })
  return samples.length
}

/** All samples in the run's order. @throws InputError for one that two shards have */
async function samplesOf<Sample extends object>(
  parts: readonly Part[],
  form: SampleForm<Sample>,
): Promise<Sample[]> {
  const origins = new Map<string, { readonly line: string; readonly folder: string }>()
  const all: Sample[] = []
  for (const { folder, results } of parts) {
    const samples = await readSamples(folder, form, results.sampleCount)
    for (const sample of samples) {
      const [name, line] = [form.describe({ ...sample } as SampleKey), sampleLine(form, sample)]
      const before = origins.get(name)
      if (before !== undefined) {
        const how = before.line === line ? 'is there twice' : 'is there twice, with other numbers'
        throw new InputError(
          `The sample of ${name} ${how}: in ${before.folder} and in ${folder}; expected each once. ` +
            'A file was changed; compute that shard anew.',
        )
      }
      origins.set(name, { line, folder })
      all.push(sample)
    }
  }
  return all
}

/** What the first part says of itself, but for what parts differ in. */
function wholeReport(parts: readonly Part[]): Record<string, unknown> {
  const [first] = parts
  const versions = new Map<string, Set<string>>()
  for (const { results } of parts) {
    for (const [name, version] of Object.entries(results.versions)) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version))
    }
  }
  const revisions = new Set(parts.map(({ results }) => results.gitRevision))
  return {
    ...first?.content,
    versions: Object.fromEntries([...versions].map(([name, all]) => [name, [...all].join(', ')])),
    gitRevision: revisions.size === 1 ? (first?.results.gitRevision ?? null) : null,
  }
}

/** Writes a run as its command writes it: `results.json` comes last, so that its being there says that all is. */
async function writeRun<Sample extends object, Configuration extends object>(
  output: string,
  form: ConfigurationForm<Configuration>,
  samples: SampleForm<Sample>,
  run: { samples: readonly Sample[]; report: object; page?: string },
): Promise<void> {
  const { configuration } = run.report as { configuration: never }
  const release = await openOutputFolder(output, shardedForm(form), configuration, { resume: false })
  try {
    const lines = run.samples.map((sample) => sampleLine(samples, sample))
    await writeFileAtomically(join(output, outputFiles.samples), lines)
    if (run.page !== undefined) await writeFileAtomically(join(output, outputFiles.report), [run.page])
    await writeJson(join(output, outputFiles.results), run.report)
  } finally {
    release()
  }
}
