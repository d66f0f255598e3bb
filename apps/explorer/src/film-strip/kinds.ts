import type { OutputOf } from '../protocol/tasks'

type Film = OutputOf<'film'>
/** A cell of the film strip. */
export type FilmCell = Film['cells'][number]
/** When a cell runs. */
export type Stage = FilmCell['stage']

/** The stages of a pass in their order, in the words of the page. */
export const stages: readonly { readonly stage: Stage; readonly title: string; readonly about: string }[] = [
  { stage: 'forward', title: 'Forward', about: 'the inner model reads the text, layer after layer' },
  { stage: 'loss', title: 'Loss', about: 'how wrong each prediction was' },
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
