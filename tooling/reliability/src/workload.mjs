import { fileURLToPath } from 'node:url'

const place = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** The repository. */
export const root = place('')

/** The built commands. */
export const tintScript = place('apps/runner/dist/tint.js')

/** The model that comes with the command, a tiny task whose answers are known, and a text of the repository. */
export const shippedModel = place('apps/runner/models/gpt2-nano-bytes')
const letters = place('packages/evaluate/src/fixtures/letters')
export const textFile = place('docs/construction.md')

export const storkText =
  'The storks fly south in autumn. The storks fly north in spring. The cranes fly south in autumn.'

/** `tint perplexity` of about a second and 30 batches. */
export const perplexityArguments = (engine = 'auto', contexts = 60) => [
  'perplexity',
  ...['--model', 'gpt2-nano-bytes', '--text', textFile, '--context', '64', '--train-fraction', '0.5'],
  ...['--learning-rate', '1e-3', '--batch', '2', '--limit', String(contexts), '--engine', engine],
]

/** `tint evaluate` of about a second. */
export const evaluateArguments = (engine = 'auto') => [
  'evaluate',
  ...[
    '--model',
    letters,
    '--task',
    `${letters}/letters.yaml`,
    '--data',
    letters,
    '--shots',
    '32',
    '--seeds',
    '1,2',
  ],
  ...['--limit', '40', '--learning-rate', '0.005', '--loss', 'labels', '--demonstrations', 'separate'],
  ...['--query-sees', 'itself', '--steps', '1', '--batch', '2', '--workers', '1', '--engine', engine],
]

/** `tint step` on a sequence of bytes in a file. @param {string} ids */
export const stepArguments = (ids, engine = 'auto') => [
  'step',
  ...['--model', 'gpt2-nano-bytes', '--input-ids', ids, '--train-length', '64', '--learning-rate', '1e-3'],
  ...['--engine', engine],
]

export const storkIds = JSON.stringify([...Buffer.from(storkText)])
