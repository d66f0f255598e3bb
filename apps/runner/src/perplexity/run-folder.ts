import { join } from 'node:path'
import {
  type PerplexityConfiguration,
  type PerplexityPlan,
  type PerplexityReport,
  perplexityConfigurationForm,
  type Sample,
} from '@tintjs/evaluate'
import {
  type FinishedUnits,
  openOutputFolder,
  outputFiles,
  readFinishedUnits,
  SamplesFile,
  writeJson,
} from '@tintjs/evaluate/node'
import { writeFileAtomically } from '@tintjs/tensor/node'
import type { PerplexityCommandOptions } from './options'

/** Where a run keeps what it has done; nowhere without `--output`. */
export interface RunFolder {
  readonly path: string | undefined
  /** What an earlier run has done. */
  readonly finished: FinishedUnits<Sample>
  append(samples: readonly Sample[]): Promise<void>
  /** Writes the report; `results.json` comes last, so that its being there says that all is. */
  write(report: PerplexityReport, page: string): Promise<void>
  /** What to tell when the run is stopped. @param contexts how many are done */
  whatIsKept(contexts: number): string
  close(): Promise<void>
}

const nothingFinished: FinishedUnits<Sample> = { count: 0, samples: [], end: 0 }

/**
 * Opens the folder of `--output`.
 *
 * @throws InputError when it holds something else, or a run of another configuration
 */
export async function openRunFolder(
  { output, resume }: PerplexityCommandOptions,
  configuration: PerplexityConfiguration,
  plan: PerplexityPlan,
): Promise<RunFolder> {
  if (output === undefined) return nowhere
  await openOutputFolder(output, perplexityConfigurationForm, configuration, { resume: resume ?? false })
  const path = join(output, outputFiles.samples)
  const finished = await readFinishedUnits(path, plan)
  const file = await SamplesFile.open(path, plan.form, finished)
  return {
    path: output,
    finished,
    append: (samples) => file.append(samples),
    async write(report, page) {
      await writeFileAtomically(join(output, outputFiles.report), [page])
      await writeJson(join(output, outputFiles.results), report)
    },
    whatIsKept: (contexts) =>
      `stopping; ${Math.floor(contexts)} of ${plan.contexts.length} contexts are done and kept in ${output}. ` +
      'Go on with the same command and --resume.',
    close: () => file.close(),
  }
}

const nowhere: RunFolder = {
  path: undefined,
  finished: nothingFinished,
  append: async () => {},
  write: async () => {},
  whatIsKept: () => 'stopping; nothing is kept. With --output, a run can be stopped and resumed.',
  close: async () => {},
}
