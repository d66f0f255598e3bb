import { aggregate } from '../../perplexity/aggregate'
import type { PerplexityConfiguration } from '../../perplexity/configuration'
import type { ContextExample } from '../../perplexity/example'
import type { Sample, Way } from '../../perplexity/sample'
import type { TaskConfiguration } from '../../tasks/task-configuration'
import { taskResults } from '../../tasks/task-results'
import type { TaskSample } from '../../tasks/task-sample'
import type { PerplexityRun, Run, TaskRun } from '../run'

/** A SHA-256 of one letter. */
export const hashOf = (letter: string) => letter.repeat(64)

const origin = {
  model: 'models/tiny',
  modelHash: hashOf('a'),
  engine: 'wasm',
  versions: { tint: '0.0.0', node: '20.0.0' },
  gitRevision: '1'.repeat(40),
}

const step = {
  ways: ['inner', 'exact', 'tint'] as Way[],
  learningRates: [0.001, 0.01],
  ...{ lossGradient: 'softmax', derivative: 'central:100', attentionGradient: 'value', compatibility: null },
  ...{ steps: 1, layers: 2, updateNormWeights: false, batch: 2, engine: 'wasm', threads: 1 },
}

/** A measurement with these summed losses, by way and rate, of contexts of 4 test tokens. */
export function perplexityRun(
  name: string,
  losses: Readonly<Record<string, readonly (number | null)[]>>,
  changed: Partial<Omit<PerplexityRun, 'configuration'>> & {
    readonly configuration?: Partial<PerplexityConfiguration>
    readonly firstContext?: number
    readonly trainFractions?: readonly number[]
  } = {},
): PerplexityRun {
  const { configuration, firstContext = 0, trainFractions = [0.5], ...others } = changed
  const samples = trainFractions.flatMap((trainFraction) =>
    Object.entries(losses).flatMap(([arm, values]) => {
      const [way, rate] = arm.split(' ')
      return values.map(
        (negativeLogLikelihood, index): Sample => ({
          sample: firstContext + index,
          way: way as Way,
          trainFraction,
          learningRate: rate === undefined ? null : Number(rate),
          negativeLogLikelihood,
          ...{ tokens: 4, bytes: 5, words: 1 },
        }),
      )
    }),
  )
  return {
    kind: 'perplexity',
    ...{ name, folder: name, ...origin, dataSha256: hashOf('b'), file: 'book.txt', samples },
    examples: [],
    configuration: {
      format: 2,
      ...{ modelHash: origin.modelHash, textSha256: hashOf('b'), tokensSha256: hashOf('c') },
      ...{
        context: 8,
        stride: 8,
        contexts: [0, 1],
        rates: null,
        chunks: 1,
        limit: null,
        beginOfText: null,
        specialTokens: false,
      },
      trainFractions,
      ...step,
      ...configuration,
    },
    ...others,
  }
}

/** A context of which learning makes one token easier to predict and one harder. */
export const example: ContextExample = {
  ...{ choice: 'largest gain', sample: 1, way: 'tint', trainFraction: 0.5, learningRate: 0.01 },
  learned: 'The storks ',
  pieces: [
    { text: 'fly', lossBefore: 3, lossAfter: 1 },
    { text: ' <away>', lossBefore: 1, lossAfter: 1.5 },
  ],
}

/** An evaluation in which each of these answers, by way and rate, is right (1) or not (0), for each seed. */
export function taskRun(
  name: string,
  answers: Readonly<Record<string, readonly (readonly number[])[]>>,
  changed: Partial<Omit<TaskRun, 'configuration'>> & {
    readonly configuration?: Partial<TaskConfiguration>
    readonly template?: string
  } = {},
): TaskRun {
  const { configuration, template = 'plain', ...others } = changed
  const samples = Object.entries(answers).flatMap(([arm, seeds]) => {
    const [way, rate] = arm.split(' ')
    return seeds.flatMap((right, seed) =>
      right.map((isRight, sample): TaskSample => {
        const label = sample % 2
        return {
          ...{ sample, template, seed, way: way as Way, demonstrations: 4, label },
          learningRate: rate === undefined ? null : Number(rate),
          prediction: isRight === 1 ? label : 1 - label,
          ...{ logProbabilities: [-1, -2], baseline: null },
        }
      }),
    )
  })
  return {
    kind: 'task',
    ...{ name, folder: name, ...origin, dataSha256: hashOf('d'), samples },
    task: { name: 'letters', labels: ['early', 'late'] },
    configuration: {
      format: 'tasks 1',
      ...{ modelHash: origin.modelHash, task: 'letters', taskSha256: hashOf('e'), dataSha256: hashOf('d') },
      ...{ templates: [template], shots: 4, seeds: [0, 1], limit: null },
      ...{ demonstrations: 'single', querySees: 'demonstrations', loss: 'whole', calibration: 'none' },
      ...{ beginOfText: null, longExamples: 'refuse' },
      ...step,
      ...configuration,
    },
    ...others,
  }
}

/** What the folder of a run holds, by the names of its files. */
export function filesOf(
  run: Run,
): Record<'results.json' | 'samples.jsonl', string> & { 'examples.json'?: string } {
  const { model, modelHash, engine, versions, gitRevision, dataSha256, configuration, samples } = run
  const about =
    run.kind === 'perplexity'
      ? { data: { file: run.file, sha256: dataSha256 }, results: aggregate(run.samples) }
      : { task: run.task, data: { sha256: dataSha256 }, results: taskResults(run.task, run.samples) }
  const results = { model, modelHash, engine, versions, gitRevision, configuration, ...about }
  return {
    'results.json': `${JSON.stringify(results, undefined, 2)}\n`,
    'samples.jsonl': samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''),
    ...(run.kind === 'perplexity' &&
      run.examples.length > 0 && { 'examples.json': `${JSON.stringify(run.examples)}\n` }),
  }
}
