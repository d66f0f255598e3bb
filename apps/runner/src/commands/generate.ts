import { readTextFile } from '@tintjs/evaluate/node'
import {
  checkGeneration,
  checkVocabulary,
  type InnerModel,
  loadTokenizer,
  type Tokenizer,
} from '@tintjs/inner'
import { derivativeText, trainingStep } from '@tintjs/simulate'
import { type EngineDescription, InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { addAdapterOption, addEngineOptions, type EngineOptions, parseNumber } from '../command-options'
import { type Continuation, continuePrompt, type SamplingChoice } from '../continuation'
import { addGradientOptions, type GradientOptions, gradientChoice } from '../gradient-options'
import { interruption } from '../interruption'
import { modelSource } from '../models'
import { printJson } from '../output/print'
import { Progress } from '../output/progress'
import { engineText, loadModel } from '../session'

interface CommandOptions extends EngineOptions, GradientOptions, SamplingChoice {
  readonly model: string
  readonly context: string
  readonly prompt: string
  readonly learningRate: number
  readonly steps?: number
  readonly layers?: number
  readonly compare?: true
  readonly keepContext?: true
}

/** What `tint generate --json` prints. */
interface GenerateReport {
  readonly model: string
  /** Tokens of the context that the model learned from. */
  readonly contextTokens: number
  readonly promptTokens: number
  readonly learningRate: number
  readonly gradient: string
  readonly derivative: string
  readonly seed: number
  /** Whether the context stayed in view while the model wrote. */
  readonly keepContext: boolean
  readonly adapted: Continuation
  /** The continuation of the model as it was; null unless `--compare` asks for it. */
  readonly inner: Continuation | null
  readonly engine: string
}

/** Adds the options and the action of `tint generate`. */
export function configure(command: Command): void {
  command
    .requiredOption('--model <folder>', "a checkpoint's folder, a model that comes with tint, or a hub id")
    .requiredOption('--context <file>', 'a text that the model learns from before it writes')
    .requiredOption('--prompt <text>', 'what it continues')
    .option('--compare', 'also continue without having learned')
    .option('--keep-context', 'let the model also look at the context while it writes')
    .option('--learning-rate <x>', 'of plain SGD on the summed loss', parseNumber, 3e-4)
    .option('--steps <count>', 'rounds of forward, backward and descent (default: 1)', parseNumber)
    .option('--layers <count>', 'how many of the last blocks learn (default: all)', parseNumber)
    .option('--max-new-tokens <count>', 'how much to write', parseNumber, 128)
    .option('--temperature <x>', '0 always takes the likeliest token', parseNumber, 0.7)
    .option('--top-k <count>', 'choose among so many likeliest tokens (default: all)', parseNumber)
    .option('--top-p <x>', 'choose among the likeliest that together have this probability', parseNumber)
    .option('--seed <n>', 'the same seed writes the same text', parseNumber, 0)
  addGradientOptions(command)
  addAdapterOption(command)
  addEngineOptions(command).action(run)
}

async function run(options: CommandOptions): Promise<void> {
  const gradient = gradientChoice(options)
  const { text } = await readTextFile(options.context)
  const tokenizer = await loadTokenizer(await modelSource(options.model))
  const context = tokenizer.encode(text)
  const prompt = tokenizer.encode(options.prompt)
  const progress = new Progress()
  const engine = await useEngine(options.engine)
  const { value: model } = await loadModel(options.model, progress)
  try {
    checkVocabulary(tokenizer, model.description)
    checkContext(context, model)
    const seen = options.keepContext ? Int32Array.from([...context, ...prompt]) : prompt
    checkPrompt(seen, model, options)
    const step = await trainingStep(model, context, {
      gradient,
      // The last token is left as the test part that every step has.
      trainLength: context.length - 1,
      learningRate: options.learningRate,
      steps: options.steps,
      layers: options.layers,
      signal: interruption.signal,
      onProgress: ({ done, total }) => progress.update('learning', done, total),
    })
    progress.finish()
    try {
      const write = writer(options, tokenizer, seen)
      const inner = options.compare ? await write('without learning', { model }) : null
      const title = `after learning from ${options.context}`
      const adapted = await write(title, { model, parameters: step.model.parameters })
      const report = reportOf(options, { gradient, context, prompt, adapted, inner, engine })
      if (options.json) printJson(report)
      else process.stdout.write(`\n${summary(report, engine)}\n`)
    } finally {
      step.dispose()
    }
  } finally {
    progress.finish()
    model.dispose()
  }
}

/** Continues the prompt, shown while it comes where people read. */
function writer(options: CommandOptions, tokenizer: Tokenizer, seen: Int32Array) {
  return async (title: string, source: Parameters<typeof continuePrompt>[0]): Promise<Continuation> => {
    if (!options.json) process.stdout.write(`── ${title} ──\n${options.prompt}`)
    const onText = options.json ? undefined : (text: string) => process.stdout.write(text)
    const continuation = await continuePrompt(source, tokenizer, seen, options, onText)
    if (!options.json) process.stdout.write('\n')
    return continuation
  }
}

function checkContext(context: Int32Array, { description }: InnerModel): void {
  const { maximumPositions } = description
  if (context.length > maximumPositions) {
    throw new InputError(
      `--context has ${context.length} tokens, more than the model's ${maximumPositions} positions; shorten it.`,
    )
  }
  if (context.length < 3) {
    throw new InputError(
      `--context has ${context.length} tokens; expected at least 3, so that something is learned.`,
    )
  }
}

/** Before anything is learned or shown: what would be refused after it. */
function checkPrompt(seen: Int32Array, { description }: InnerModel, options: CommandOptions): void {
  const { maximumPositions } = description
  if (options.keepContext && seen.length > maximumPositions) {
    throw new InputError(
      `--context and --prompt have ${seen.length} tokens together, more than the model's ${maximumPositions} ` +
        'positions; shorten one of them, or leave out --keep-context.',
    )
  }
  checkGeneration(description, seen, options)
}

interface Outcome {
  readonly gradient: ReturnType<typeof gradientChoice>
  readonly context: Int32Array
  readonly prompt: Int32Array
  readonly adapted: Continuation
  readonly inner: Continuation | null
  readonly engine: EngineDescription
}

function reportOf(options: CommandOptions, outcome: Outcome): GenerateReport {
  const { gradient, context, prompt, adapted, inner, engine } = outcome
  return {
    model: options.model,
    contextTokens: context.length,
    promptTokens: prompt.length,
    learningRate: options.learningRate,
    gradient: gradient.name,
    derivative: derivativeText(gradient.derivative),
    seed: options.seed,
    keepContext: options.keepContext ?? false,
    adapted,
    inner,
    engine: engine.name,
  }
}

function summary(
  { contextTokens, learningRate, gradient, adapted }: GenerateReport,
  engine: EngineDescription,
): string {
  const why = {
    length: 'as many tokens as were asked for',
    endOfText: 'the end of the text',
    contextFull: "the model's positions are full",
  }[adapted.stopped]
  return (
    `Learned from ${contextTokens} tokens at rate ${learningRate} (${gradient}), then wrote ${adapted.tokens.length} ` +
    `(${why}), on ${engineText(engine)}.`
  )
}
