import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { InnerModel } from '@tintjs/inner'
import { exact, type GradientChoice, tint, trainingStep } from '@tintjs/simulate'
import { InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { byteTokens } from '../byte-tokens'
import {
  addAdapterOption,
  addEngineOptions,
  type EngineOptions,
  parseNumber,
  parseNumbers,
} from '../command-options'
import { type DemoReport, type RateLosses, type RateResults, summarise } from '../demo-report'
import { interruption } from '../interruption'
import { demoText } from '../output/demo-text'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { loadModel, timed } from '../session'
import { trainLengthOf } from '../train-fraction'

interface DemoOptions extends EngineOptions {
  readonly model: string
  readonly text: string
  readonly trainFraction: number
  readonly learningRate: number[]
}

/** A scene written for this: its names and phrases come again, so that what was learned helps. */
const ownText = fileURLToPath(new URL('../demo/tide-clock.txt', import.meta.url))

/** Around the best for the shipped models; the last one is too much, to show that. */
const usualRates = [1e-4, 3e-4, 6e-4, 1.5e-3]

/** Adds the options and the action of `tint demo`. */
export function configure(command: Command): void {
  command
    .option('--model <folder>', 'a byte-level model', 'gpt2-nano-bytes')
    .option('--text <file>', 'a text of yours, at most as long as the model can read (512 bytes)')
    .option('--train-fraction <x>', 'the share of the text to learn from', parseNumber, 0.7)
    .option('--learning-rate <list>', `rates to try (default: ${usualRates.join(',')})`, parseNumbers)
  addAdapterOption(command)
  addEngineOptions(command).action((options) =>
    run({ ...options, text: options.text ?? ownText, learningRate: options.learningRate ?? usualRates }),
  )
}

async function run(options: DemoOptions): Promise<void> {
  const text = await readText(options.text)
  const trainLength = trainLengthOf(options.trainFraction, {
    length: text.length,
    name: options.text,
    unit: 'byte',
  })
  const progress = new Progress()
  const engine = await useEngine(options.engine)
  const model = await loadModel(options.model, progress)
  try {
    const { vocabularySize, maximumPositions } = model.value.description
    const tokens = byteTokens(text, vocabularySize, options.model)
    checkTextLength(options.text, text.length, maximumPositions, options.model)
    const rates = await timed(() =>
      tryRates(model.value, tokens, trainLength, options.learningRate, progress),
    )
    progress.finish()
    const report: DemoReport = {
      model: basename(options.model),
      family: model.value.description.family,
      text: { file: basename(options.text), bytes: text.length },
      trainLength,
      ...summarise(rates.value, text),
      seconds: { load: model.seconds, steps: rates.seconds },
      engine: engine.name,
      engineDetails: engine,
    }
    if (options.json) printJson(report)
    else process.stdout.write(demoText(report, text))
  } finally {
    progress.finish()
    model.value.dispose()
  }
}

async function readText(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`
    throw new InputError(`The file ${path} of --text ${problem}; expected a text.`)
  })
}

function checkTextLength(file: string, bytes: number, most: number, model: string): void {
  if (bytes <= most) return
  throw new InputError(
    `The text ${file} has ${bytes} bytes, more than the ${most} that ${basename(model)} can read; take its beginning, such as by ` +
      `"head -c ${most} ${file} > beginning.txt".`,
  )
}

async function tryRates(
  model: InnerModel,
  tokens: readonly number[],
  trainLength: number,
  learningRates: readonly number[],
  progress: Progress,
): Promise<[RateResults, ...RateResults[]]> {
  let finished = 0
  const losses = async (gradient: GradientChoice, learningRate: number): Promise<RateLosses> => {
    const step = await trainingStep(model, tokens, {
      trainLength,
      learningRate,
      gradient,
      signal: interruption.signal,
      onProgress: ({ done, total }) =>
        progress.update('learning', finished + done / total, 2 * learningRates.length),
    })
    step.dispose()
    finished++
    const { lossBefore, lossAfter, sequences } = step
    return { lossBefore, lossAfter, sequences }
  }
  const results: RateResults[] = []
  for (const learningRate of learningRates) {
    results.push({
      learningRate,
      exact: await losses(exact(), learningRate),
      tint: await losses(tint(), learningRate),
    })
  }
  const [first, ...others] = results
  if (first === undefined) throw new InputError('--learning-rate is empty; expected one rate or more.')
  return [first, ...others]
}
