import {
  type ConfigurationForm,
  type EvaluationPlan,
  type Sharded,
  shardedForm,
  shardOf,
  unitOfRun,
} from '@tintjs/evaluate'
import type { InnerModel } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { interruption } from '../interruption'
import { queueUnits } from '../queue/queued-units'
import { withoutPassword } from '../queue/redis'
import { openRunFolder, type RunFolder } from './run-folder'
import type { RunOptions } from './run-options'
import { RunProgress } from './run-progress'
import { takeSamples } from './take-samples'
import { openProcesses, type Units, unitsOfModel } from './units'
import { workerCount } from './worker-count'

/** What a command evaluates, and how processes of their own evaluate it. */
export interface Evaluation<Sample, Configuration extends object> {
  /** The command's name. */
  readonly command: string
  /** What people call what the plan counts: `contexts`, `examples`. */
  readonly counted: string
  readonly plan: EvaluationPlan<Sample>
  /** Tokens of a sequence at most, and sequences at once. */
  readonly length: number
  readonly batch: number
  readonly configurationForm: ConfigurationForm<Configuration>
  /** The module that processes load, and what they are told. */
  readonly module: URL
  readonly data: object
  readonly version: string
}

/** What a run has found. */
export interface EvaluationRun<Sample, Configuration extends object> {
  readonly samples: readonly Sample[]
  readonly configuration: Sharded<Configuration>
}

/** What a run is to say of itself. */
export interface RunPages<Report> {
  readonly report: Report
  /** What its folder has beside the report and the samples, by the files' names. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * Runs what is left of an evaluation: in this process, in processes of its own, or in workers of a queue; all of it or
 * the part of a shard. Samples go to the folder of `--output` as they come, the report at the end.
 *
 * @param configurationOf with so many threads a process
 * @param conclude makes the report; called once all samples are in
 */
export async function runEvaluation<Sample, Configuration extends object, Report extends object>(
  evaluation: Evaluation<Sample, Configuration>,
  { model, engine }: { readonly model: InnerModel; readonly engine: EngineDescription },
  options: RunOptions,
  configurationOf: (threads: number) => Promise<Configuration>,
  conclude: (run: EvaluationRun<Sample, Configuration>) => Promise<RunPages<Report>>,
): Promise<Report> {
  const { plan: whole, command, counted } = evaluation
  const shard = options.shard ?? null
  const plan = shard === null ? whole : shardOf(whole, shard)
  const { description } = model
  // Of the whole run, so that all of its shards have as many threads.
  const wanted = workerCount(options.workers, { ...evaluation, description }, engine)
  const single = wanted > 1 || options.queue !== undefined
  const count = Math.min(wanted, plan.unitCount)
  const shared = await configurationOf(single ? 1 : engine.threads)
  const configuration: Sharded<Configuration> = { ...shared, shard }
  const form = shardedForm(evaluation.configurationForm)
  const units = await openUnits(evaluation, model, { ...options, engine: engine.name, count, single }, shared)
  // After what may be refused yet, so that nothing is left of it.
  const folder = await openRunFolder(options, { form, configuration }, plan).catch(async (error) => {
    await units.close(false)
    throw error
  })
  const progress = new RunProgress(command, counted)
  let told: Promise<void> | undefined
  const tellStop = () => {
    told = folder.whatIsKept().then((text) => void process.stderr.write(`tint: ${text}\n`))
  }
  interruption.signal.addEventListener('abort', tellStop, { once: true })
  try {
    const inShard = shard === null ? units : { ...units, runUnit: ofShard(units, whole, shard) }
    const samples = await takeSamples(plan, inShard, folder, progress)
    const { report, files = {} } = await conclude({ samples, configuration })
    await writeReport(folder, report, files)
    return report
  } finally {
    interruption.signal.removeEventListener('abort', tellStop)
    progress.finish()
    await told
    await folder.close()
  }
}

/** What computes the units of the whole run. */
async function openUnits<Sample, Configuration extends object>(
  { plan, command, configurationForm, module, data, version }: Evaluation<Sample, Configuration>,
  model: InnerModel,
  {
    queue,
    engine,
    count,
    single,
  }: RunOptions & {
    readonly engine: string
    readonly count: number
    /** Whether processes have a thread each. */
    readonly single: boolean
  },
  configuration: Configuration,
): Promise<Units<Sample>> {
  if (queue !== undefined) {
    const run = { version, command, configuration: Object.fromEntries(Object.entries(configuration)) }
    const units = await queueUnits(queue, run, plan)
    process.stderr.write(
      `tint: handing batches out through ${withoutPassword(queue)}; workers are this command with --worker in the place of --output\n`,
    )
    return units
  }
  if (!single) return unitsOfModel(plan, model)
  return openProcesses(plan, {
    count,
    configuration,
    configurationForm,
    module,
    data: { ...data, engine },
    signal: interruption.signal,
  })
}

function ofShard<Sample>(
  { runUnit }: Units<Sample>,
  whole: EvaluationPlan<Sample>,
  shard: NonNullable<RunOptions['shard']>,
): Units<Sample>['runUnit'] {
  return (unit, around) => runUnit(unitOfRun(whole, shard, unit), around)
}

async function writeReport<Sample>(
  folder: RunFolder<Sample>,
  report: object,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  if (folder.path === undefined) return
  interruption.signal.throwIfAborted()
  await folder.write(report, files)
}
