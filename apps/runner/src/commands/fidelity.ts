import { basename, join } from 'node:path'
import { fidelityPage } from '@tintjs/evaluate'
import { type Derivative, describeInnerModel } from '@tintjs/inner'
import {
  derivativeApproximations,
  exactDerivatives,
  type FidelityOptions,
  measureFidelity,
  singleApproximations,
} from '@tintjs/simulate'
import { useEngine, writeFileAtomically, writeFolderAtomically } from '@tintjs/tensor/node'
import { type Command, Option } from 'commander'
import { addAdapterOption, addEngineOptions, type EngineOptions, parseNumber } from '../command-options'
import { UsageError } from '../failures'
import { adapters } from '../families'
import { checkTokenOptions, readTokens, type TokenOptions, type TokensOfFile } from '../fidelity-input'
import { checkNothingReplaced, checkOutputFile, checkOutputFolder } from '../files/output-path'
import { readDerivatives } from '../gradient-options'
import { interruption } from '../interruption'
import { modelFolder, modelSource } from '../models'
import { type FidelityCommandReport, fidelityText } from '../output/fidelity-text'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { loadModel, peakMemoryBytes, timed } from '../session'

interface FidelityCommandOptions extends EngineOptions, TokenOptions {
  readonly model?: string
  readonly trainLength: number
  readonly learningRate: number
  readonly layers?: number
  readonly derivatives?: Derivative[]
  readonly execution: 'fused' | 'literal'
  readonly output?: string
}

/** Adds the argument, the options and the action of `tint fidelity`. */
export function configure(command: Command): void {
  command
    .argument('[model]', "a checkpoint's folder, a model that comes with tint, or a hub id")
    .option('--model <folder>', 'the same')
    .option('--input-ids <file>', 'JSON: token ids, [N] or [batch][N]')
    .option('--text <file>', 'UTF-8 text of at most one context, in place of --input-ids')
    .requiredOption('--train-length <n>', 'learn from the first n tokens, test on the rest', parseNumber)
    .requiredOption('--learning-rate <x>', 'of plain SGD on the summed loss', parseNumber)
    .option('--layers <count>', 'how many of the last blocks learn (default: all)', parseNumber)
    .option(
      '--derivatives <list>',
      'to try, each alone (default: central:10,central:100,central:1000,forward:100,forward:1000,forward:10000)',
      readDerivatives,
    )
    .addOption(
      new Option('--execution <way>', "literal: the derivatives only, as a simulator's operators take them")
        .choices(['fused', 'literal'])
        .default('fused'),
    )
    .option(
      '--output <place>',
      'write charts to FILE.html; or results.json and report.html to a new or empty folder',
    )
  addAdapterOption(command)
  addEngineOptions(command).action(run)
}

async function run(argument: string | undefined, options: FidelityCommandOptions): Promise<void> {
  const name = chosenModel(argument, options.model)
  checkTokenOptions(options)
  const { output } = options
  if (output !== undefined) await (isPage(output) ? checkOutputFile : checkOutputFolder)('--output', output)
  const { description } = await describeInnerModel(await modelSource(name), { adapters: adapters() })
  if (output !== undefined) {
    const inputs = { '--input-ids': options.inputIds, '--text': options.text }
    checkNothingReplaced({ '--output': output }, inputs, await modelFolder(name))
  }
  const tokens = await readTokens(options, name, description)

  const progress = new Progress()
  try {
    const report = await measure(name, tokens, options, progress)
    progress.finish()
    if (output !== undefined) await write(output, report)
    if (options.json) printJson(report)
    else process.stdout.write(fidelityText(report, output))
  } finally {
    progress.finish()
  }
}

/** The model of the argument or of `--model`, of which one is given. */
function chosenModel(argument: string | undefined, option: string | undefined): string {
  if (argument !== undefined && option !== undefined) {
    throw new UsageError(`The model is named twice, ${argument} and --model ${option}; name it once.`)
  }
  const model = argument ?? option
  if (model === undefined)
    throw new UsageError('No model is named; expected "tint fidelity MODEL", or --model.')
  return model
}

async function measure(
  name: string,
  { tokens, file }: TokensOfFile,
  options: FidelityCommandOptions,
  progress: Progress,
): Promise<FidelityCommandReport> {
  const { trainLength, learningRate, layers } = options
  const comparison = comparisonOf(options)
  const engine = await useEngine(options.engine)
  const model = await loadModel(name, progress)
  try {
    const measured = await timed(() =>
      measureFidelity(model.value, tokens, {
        ...{ trainLength, learningRate, layers },
        ...comparison,
        signal: interruption.signal,
        onProgress: ({ done, total }) => progress.update('fidelity', done, total),
      }),
    )
    const { family, blocks } = model.value.description
    const sequences = sequencesOf(tokens)
    return {
      model: name,
      family,
      file: basename(file),
      sequences: sequences.length,
      tokens: sequences[0]?.length ?? 0,
      trainLength,
      learningRate,
      layers: layers ?? blocks.length,
      ...measured.value,
      seconds: { load: model.seconds, measure: measured.seconds },
      peakMemoryBytes: peakMemoryBytes(),
      engine: engine.name,
    }
  } finally {
    model.value.dispose()
  }
}

/** What is compared with what. */
function comparisonOf({
  execution,
  derivatives,
}: FidelityCommandOptions): Pick<FidelityOptions, 'reference' | 'approximations'> {
  if (execution === 'fused') return { approximations: singleApproximations(derivatives) }
  return { reference: exactDerivatives, approximations: derivativeApproximations(derivatives) }
}

function sequencesOf(tokens: TokensOfFile['tokens']): readonly (readonly number[])[] {
  return isBatch(tokens) ? tokens : [tokens]
}

function isBatch(tokens: TokensOfFile['tokens']): tokens is readonly (readonly number[])[] {
  return typeof tokens[0] === 'object'
}

/** Whether `--output` names a page, and not a folder. */
function isPage(output: string): boolean {
  return /\.html?$/i.test(output)
}

async function write(output: string, report: FidelityCommandReport): Promise<void> {
  interruption.signal.throwIfAborted()
  const page = fidelityPage(report, { ...report, data: report.file })
  if (isPage(output)) return writeFileAtomically(output, [page])
  await writeFolderAtomically(output, async (folder) => {
    await writeFileAtomically(join(folder, 'report.html'), [page])
    await writeFileAtomically(join(folder, 'results.json'), [`${JSON.stringify(report, undefined, 2)}\n`])
  })
}
