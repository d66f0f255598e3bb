import { join } from 'node:path'
import { evaluateArguments, perplexityArguments, stepArguments, textFile } from './workload.mjs'

/** Every subcommand that ends by itself, on what is on this computer, in an order in which later ones find what they need. */
export function everyCommand(folder, ids) {
  const run = join(folder, `run-${Math.random().toString(36).slice(2)}`)
  return [
    ['demo', '--engine', 'wasm'],
    stepArguments(ids, 'wasm').map((word) => (word === '64' ? '4' : word)),
    [
      'generate',
      '--model',
      'gpt2-nano-bytes',
      '--context',
      textFile,
      '--prompt',
      'The',
      '--learning-rate',
      '1e-4',
      '--max-tokens',
      '2',
      '--engine',
      'wasm',
    ],
    [...perplexityArguments('wasm', 4), '--workers', '1'],
    [...perplexityArguments('wasm', 4), '--workers', '2'],
    evaluateArguments('wasm'),
    ['fidelity', '--model', 'gpt2-nano-bytes', '--engine', 'wasm'],
    ['inspect', 'gpt2-nano-bytes'],
    ['construct', 'gpt2-nano-bytes', '--output', `${run}-simulator`, '--engine', 'wasm'],
    ['bench', '--engine', 'wasm'],
    ['doctor'],
  ]
}

/** Those that take the id of a model, or of a data set, on the hub. */
export function hubCommands(folder, ids) {
  const [, ...evaluation] = evaluateArguments('wasm')
  const own = (args) => args.map((word) => (word === 'gpt2-nano-bytes' ? 'owner/tiny' : word))
  return [
    own(stepArguments(ids, 'wasm')),
    own(perplexityArguments('wasm', 4)),
    perplexityArguments('wasm', 4).map((word) =>
      word === textFile ? 'datasets/owner/texts/a.parquet' : word,
    ),
    ['inspect', 'owner/tiny'],
    ['construct', 'owner/tiny', '--output', join(folder, 'simulator'), '--engine', 'wasm'],
    [
      'evaluate',
      ...evaluation.map((word, index) => (evaluation[index - 1] === '--model' ? 'owner/tiny' : word)),
    ],
    [
      'generate',
      '--model',
      'owner/tiny',
      '--context',
      textFile,
      '--prompt',
      'The',
      '--learning-rate',
      '1e-4',
      '--engine',
      'wasm',
    ],
  ]
}
