import { type InnerModelDescription, type Linear, parameterShape, type WeightReference } from '@tintjs/inner'
import type { LossGradient } from '@tintjs/simulate'
import { runLayer, runNorm, type SequencePass } from './layers'
import { at, type Matrix, mapped, matrix, sumOfRow } from './matrix'
import { softmaxOfRows, Tape, type TapeRules, type Value } from './tape'

/** Parameters by their references, as layers see them, in float64. */
export type Parameters = ReadonlyMap<WeightReference, Float64Array>

/** One sequence, and what its tokens may look at. */
export interface Sequence {
  readonly tokens: readonly number[]
  readonly positionIds: readonly number[]
  /** `[N][N]`, causal or not; only what is not later is looked at. */
  readonly attentionMask?: readonly (readonly number[])[] | undefined
}

/** How a reference pass computes. */
export interface PassRules extends TapeRules {
  readonly constantAttention: boolean
  readonly biasRate: (layer: Linear) => number
}

/** A forward pass of one sequence, from which gradients can be asked for. */
export interface ReferencePass {
  /** `[N, vocabulary]` */
  readonly logits: Matrix
  /** The gradient of what the logits' gradient is given for, by parameter. */
  gradients(logitsGradient: Matrix): Map<WeightReference, Float64Array>
  /** How near any number came to a kink of an activation. */
  readonly kinkDistance: number
}

/** Runs a model on one sequence. */
export function runModel(
  description: InnerModelDescription,
  parameters: Parameters,
  { tokens, positionIds, attentionMask }: Sequence,
  rules: PassRules,
): ReferencePass {
  const tape = new Tape(rules)
  const values = new Map<WeightReference, Value>()
  const parameter = (reference: WeightReference) => {
    const value = values.get(reference) ?? tape.input(asMatrix(reference, parameters))
    values.set(reference, value)
    return value
  }
  let kinkDistance = Number.POSITIVE_INFINITY
  const pass: SequencePass = {
    tape,
    parameter,
    allowed: (row, column) => column <= row && (attentionMask?.[row]?.[column] ?? 1) === 1,
    positionIds,
    constantAttention: rules.constantAttention,
    biasRate: rules.biasRate,
    onKink: (distance) => {
      kinkDistance = Math.min(kinkDistance, distance)
    },
  }
  const { blocks, finalNorm } = description
  let hidden = embed(description, tokens, pass)
  for (const layer of finalNorm === undefined ? blocks : [...blocks, finalNorm])
    hidden = runLayer(layer, hidden, pass)
  const logits = headLogits(description, hidden, pass)
  return {
    logits: logits.matrix,
    kinkDistance,
    gradients: (logitsGradient) => {
      tape.backward(logits, logitsGradient)
      return new Map([...values].map(([reference, { gradient }]) => [reference, gradient.values]))
    },
  }
}

function embed({ embedding }: InnerModelDescription, tokens: readonly number[], pass: SequencePass): Value {
  const { tape, parameter, positionIds } = pass
  const rows = (reference: WeightReference, ids: readonly number[]) => {
    const table = parameter(reference).matrix
    return tape.input(matrix(ids.length, table.columns, (row, column) => at(table, ids[row] ?? 0, column)))
  }
  let embedded = rows(embedding.tokens, tokens)
  if (embedding.projection !== undefined) embedded = tape.product(embedded, parameter(embedding.projection))
  const { positions, norm } = embedding
  if (positions !== undefined) {
    const places = Array.from(tokens, (_, token) => (positionIds[token] ?? 0) + positions.offset)
    embedded = tape.add(embedded, rows(positions.weight, places))
  }
  return norm === undefined ? embedded : runNorm(norm, embedded, pass)
}

function headLogits(
  { head }: InnerModelDescription,
  hidden: Value,
  { tape, parameter }: SequencePass,
): Value {
  const projected = head.projection === undefined ? hidden : tape.product(hidden, parameter(head.projection))
  const logits = tape.product(projected, parameter(head.vocabulary))
  return head.bias === undefined ? logits : tape.addRow(logits, parameter(head.bias))
}

function asMatrix(reference: WeightReference, parameters: Parameters): Matrix {
  const [rows = 1, columns] = parameterShape(reference)
  const values = parameters.get(reference)
  if (values === undefined) throw new Error(`The reference was given no ${reference.name}.`)
  return columns === undefined ? { rows: 1, columns: rows, values } : { rows, columns, values }
}

/** The loss of each prediction of a next token, `-log softmax(logits)[target]`, at rows `0..N-2`. */
export function tokenLosses(logits: Matrix, tokens: readonly number[]): Float64Array {
  return Float64Array.from({ length: tokens.length - 1 }, (_, row) => {
    // The logarithm of the sum, not of the probability, which may be too small to be told from 0.
    const largest = Math.max(
      ...Array.from({ length: logits.columns }, (_, column) => at(logits, row, column)),
    )
    const sum = sumOfRow(logits, row, (value) => Math.exp(value - largest))
    return largest + Math.log(sum) - at(logits, row, tokens[row + 1] ?? 0)
  })
}

/**
 * The gradient of the summed loss of some targets by the logits: `softmax - onehot`, of the quadratic loss
 * `logits - onehot`, or without a prediction `1/V - onehot`.
 *
 * @param isTarget whether token `t` is to be predicted
 * @param round rounds predictions, of which a target that is nearly certain leaves little
 */
export function logitsGradient(
  kind: LossGradient,
  logits: Matrix,
  tokens: readonly number[],
  isTarget: (t: number) => boolean,
  round?: (value: number) => number,
): Matrix {
  const predicted = {
    softmax: () => softmaxOfRows(logits),
    quad: () => logits,
    target: () => mapped(logits, () => 1 / logits.columns),
  }[kind]()
  return mapped(predicted, (value, row, column) => {
    if (row + 1 >= tokens.length || !isTarget(row + 1)) return 0
    // The head's row that is expected is a sum over the vocabulary, rounded as numbers of its size are.
    const rounded = round === undefined ? value : round(value + 4) - 4
    return rounded - (tokens[row + 1] === column ? 1 : 0)
  })
}
