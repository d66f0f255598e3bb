import type { OutputOf } from '../protocol/tasks'

type Film = OutputOf<'film'>
/** A cell of the film strip. */
export type FilmCell = Film['cells'][number]
/** When a cell runs. */
export type Stage = FilmCell['stage']

/** The stages of a pass in their order, in the words of the page. */
export const stages: readonly { readonly stage: Stage; readonly title: string; readonly about: string }[] = [
  { stage: 'forward', title: 'Forward', about: 'the inner model reads the text, layer after layer' },
  { stage: 'loss', title: 'Loss', about: 'how wrong it was' },
  {
    stage: 'backward',
    title: 'Backward and descent',
    about: 'from the last layer up: who was to blame, and the weights move',
  },
  { stage: 'forward again', title: 'Forward again', about: 'with the weights as they are now' },
]

/** What a cell is coloured by. */
export const families = ['linear', 'attention', 'norm', 'activation', 'loss', 'other'] as const

/** One of {@link families}. */
export type Family = (typeof families)[number]

/** The family of a module's kind, such as `linear` of `linear descent`. */
export function familyOf(kind: string): Family {
  const [first] = kind.split(' ')
  return families.find((family) => family === first) ?? 'other'
}

/** The sign that a cell carries beside its colour: which way it goes. */
export function signOf(kind: string): string {
  if (kind.endsWith('descent')) return '▾'
  if (kind.endsWith('backward')) return '↑'
  return ''
}

/** A cell's name for people. */
export function cellName(cell: FilmCell, kind: string, rows: Film['rows']): string {
  const place = cell.weights ?? cell.layer
  return cell.stage === 'loss' ? kind : `${rows[cell.row]}, ${kind} of ${place}`
}

/** Names of operators in plain words. */
export const operatorTexts: Readonly<Record<string, string>> = {
  crossHeadLinear: 'cross-head linear: moves, adds and scales slots',
  linearAttention: 'linear attention: tokens and prefixes read each other',
  softmaxAttention: 'softmax attention: the inner model’s own heads',
  positionRotation: 'position rotation: turns pairs of numbers',
  nextTokenAttention: 'attention to the next token: which token came',
  perceptron: 'MLP: a function of each number',
  gatedUnit: 'gated unit: a product of two slots',
  groupNorm: 'group norm: normalises slots',
  vocabularyPerceptron: 'vocabulary MLP: what the model expected',
  headProjectionBackward: 'head projection, backward',
}

/** What happens in a module of each kind, in plain words and as a formula. */
export const kindTexts: Readonly<Record<string, string>> = {
  'linear forward':
    'Each token reads the rows of a weight matrix from the prefixes, by attention: y = W x + b. What came in, x, is kept for later.',
  'linear backward': 'Each token asks the prefixes how its input would have had to be: dx = Wᵀ dy.',
  'linear descent':
    'The prefixes read the tokens and change: W ← W − η Σ dy xᵀ. This is where the small model learns.',
  'norm forward':
    'Each token’s numbers are brought to one size, then scaled and shifted by weights from the prefixes.',
  'norm backward':
    'The derivative of the norm, found by a small step to both sides: the difference of two norms.',
  'norm descent': 'The prefixes add up the gradients at all tokens and shift the bias: b ← b − η Σ dy.',
  'activation forward':
    'A bend in the line: the same function of each number, done by an MLP of the simulator.',
  'activation backward': 'The derivative of the activation, from a small step to both sides.',
  'attention forward':
    'The small model’s own attention, done by the large one’s: who looks at whom, and what is taken from there.',
  'attention backward':
    'The same attention read the other way: who looked at a token passes blame back to it. Where tokens look is held fixed.',
  'rotary positions': 'Pairs of numbers are turned by an angle that grows with the position.',
  product: 'Two values are multiplied, number by number.',
  'loss gradient':
    'What the model expected is compared with the token that came: the difference, p − 1 for the right token and p for all others, goes back through the layers.',
}

/** Names of values that say more than the construction's own. */
const rangeTexts: Readonly<Record<string, string>> = {
  outputGradient: 'gradient of the output',
  inputGradient: 'gradient of the input',
  headInput: 'input of the head',
  ownRow: 'the token’s own row of the head',
  memory: 'what was kept',
}

/** What a module calls a value, for people. */
export function rangeText(name: string): string {
  return rangeTexts[name] ?? name
}

/** Where an arrow key goes: the same row for left and right, the nearest cell of the row above or below. */
export function neighbour(cells: readonly FilmCell[], from: FilmCell, key: string): FilmCell | undefined {
  if (key === 'ArrowRight' || key === 'ArrowLeft') {
    return cells[from.index + (key === 'ArrowRight' ? 1 : -1)]
  }
  if (key === 'Home') return cells[0]
  if (key === 'End') return cells.at(-1)
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined
  const row = from.row + (key === 'ArrowDown' ? 1 : -1)
  const rowOf = (wanted: number) => cells.filter((cell) => cell.stage === from.stage && cell.row === wanted)
  const place = rowOf(from.row).indexOf(from)
  const next = rowOf(row)
  return next[Math.min(place, next.length - 1)]
}
