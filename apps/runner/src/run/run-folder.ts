import { join } from 'node:path'
import type { ConfigurationForm, EvaluationPlan } from '@tintjs/evaluate'
import {
  type FinishedUnits,
  openOutputFolder,
  outputFiles,
  readFinishedUnits,
  SamplesFile,
  writeJson,
} from '@tintjs/evaluate/node'
import { writeFileAtomically } from '@tintjs/tensor/node'
import { interruption } from '../interruption'

/** Where a run keeps what it has done; nowhere without `--output`. */
export interface RunFolder<Sample> {
  readonly path: string | undefined
  /** What an earlier run has done. */
  readonly finished: FinishedUnits<Sample>
  append(samples: readonly Sample[]): Promise<void>
  /**
   * Writes the report; `results.json` comes last, so that its being there says that all is.
   *
   * @param files what comes with it, by name
   */
  write(report: object, files: Readonly<Record<string, string>>): Promise<void>
  /** What to tell when the run is stopped: what the folder has, once samples that are just being written are there. */
  whatIsKept(): Promise<string>
  close(): Promise<void>
}

/** What decides about a run's samples. */
export interface RunKind<Configuration extends object> {
  readonly form: ConfigurationForm<Configuration>
  readonly configuration: Configuration
}

/**
 * Opens the folder of `--output`.
 *
 * @throws InputError when it holds something else, or a run of another configuration
 */
export async function openRunFolder<Sample, Configuration extends object>(
  { output, resume }: { readonly output?: string; readonly resume?: true },
  { form, configuration }: RunKind<Configuration>,
  plan: EvaluationPlan<Sample>,
): Promise<RunFolder<Sample>> {
  if (output === undefined) return nowhere
  const release = await openOutputFolder(output, form, configuration, {
    resume: resume ?? false,
    signal: interruption.signal,
    onWatch: (seconds) =>
      void process.stderr.write(
        `tint: a process on another computer may be at work in ${output}; watching for ${seconds} s whether it is\n`,
      ),
  })
  const path = join(output, outputFiles.samples)
  const { finished, file } = await openSamples(path, plan).catch((error) => {
    release()
    throw error
  })
  return {
    path: output,
    finished,
    append: (samples) => file.append(samples),
    async write(report, files) {
      for (const [name, text] of Object.entries(files)) await writeFileAtomically(join(output, name), [text])
      await writeJson(join(output, outputFiles.results), report)
    },
    async whatIsKept() {
      const kept = finished.samples.length + (await file.appended())
      return `stopping; ${kept} of ${sampleCount(plan)} samples are kept in ${output}. Go on with the same command and --resume.`
    },
    close: () => file.close().finally(release),
  }
}

async function openSamples<Sample>(path: string, plan: EvaluationPlan<Sample>) {
  const finished = await readFinishedUnits(path, plan)
  return { finished, file: await SamplesFile.open(path, plan.form, finished) }
}

const nowhere: RunFolder<never> = {
  path: undefined,
  finished: { count: 0, samples: [], end: 0 },
  append: async () => {},
  write: async () => {},
  whatIsKept: async () => 'stopping; nothing is kept. With --output, a run can be stopped and resumed.',
  close: async () => {},
}

function sampleCount({ unitCount, keys }: EvaluationPlan<unknown>): number {
  let count = 0
  for (let unit = 0; unit < unitCount; unit++) count += keys(unit).length
  return count
}
