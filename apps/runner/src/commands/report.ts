import { dirname, resolve } from 'node:path'
import { runsPage, runsReport } from '@tintjs/evaluate'
import { readRuns } from '@tintjs/evaluate/node'
import { writeFileAtomically } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { addEngineOptions, type CommonOptions } from '../command-options'
import { UsageError } from '../failures'
import { checkOutputFile } from '../files/output-path'
import { printJson } from '../output/print'
import { reportText } from '../output/report-text'

interface ReportOptions extends CommonOptions {
  readonly output?: string
}

/** Adds the arguments, options and action of `tint report`. */
export function configure(command: Command): void {
  command
    .argument('<folder...>', 'finished runs: what tint perplexity and tint evaluate wrote with --output')
    .option('--output <file.html>', 'write a page of charts and tables that needs nothing else')
  addEngineOptions(command, 'taken as everywhere, but not used: a report starts no engine').action(run)
}

async function run(folders: readonly string[], options: ReportOptions): Promise<void> {
  const { output } = options
  if (output !== undefined) await checkPage(output, folders)
  const report = runsReport(await readRuns(folders))
  if (output !== undefined) await writeFileAtomically(output, [runsPage(report)])
  if (options.json) printJson(report)
  else process.stdout.write(reportText(report, output))
}

/** Only pages are replaced, and no run's own: never a run's samples by a slip. */
async function checkPage(output: string, folders: readonly string[]): Promise<void> {
  if (!output.endsWith('.html')) {
    throw new UsageError(`--output is ${output}; expected the name of a page, such as report.html.`)
  }
  const place = dirname(resolve(output))
  const own = folders.find((folder) => resolve(folder) === place)
  if (own !== undefined) {
    throw new UsageError(
      `${output} of --output lies in the folder of the run ${own}; expected a place outside.`,
    )
  }
  await checkOutputFile('--output', output)
}
