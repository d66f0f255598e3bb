import type {
  Activation,
  Attention,
  AttentionPositions,
  Layer,
  Linear,
  Norm,
  WeightReference,
} from '@tintjs/inner'
import { scalarFunctions } from './functions'
import { at, type Matrix, mapped, sumOfRow } from './matrix'
import type { Tape, Value } from './tape'

/** What the layers of one sequence's pass share. */
export interface SequencePass {
  readonly tape: Tape
  readonly parameter: (reference: WeightReference) => Value
  /** Whether a row may look at a column, causality and masks together. */
  readonly allowed: (row: number, column: number) => boolean
  /** Where each token stands. */
  readonly positionIds: ArrayLike<number>
  /** Whether attention probabilities are constants of the backward. */
  readonly constantAttention: boolean
  /** By how much the bias of a linear learns faster than it should. */
  readonly biasRate: (layer: Linear) => number
  /** Told the numbers that meet a kink, from which derivatives jump. */
  readonly onKink: (distance: number) => void
}

/** Runs a layer on one sequence, `[N, width]`, by its definition. */
export function runLayer(layer: Layer, x: Value, pass: SequencePass): Value {
  const { tape } = pass
  switch (layer.kind) {
    case 'linear':
      return runLinear(layer, x, pass)
    case 'norm':
      return runNorm(layer, x, pass)
    case 'activation':
      return runActivation(layer, x, pass)
    case 'attention':
      return runAttention(layer, x, pass)
    case 'sequence':
      return layer.layers.reduce((value, child) => runLayer(child, value, pass), x)
    case 'residual':
      return tape.add(x, runLayer(layer.body, x, pass))
    case 'sum':
      return layer.branches
        .map((branch) => runLayer(branch, x, pass))
        .reduce((all, branch) => tape.add(all, branch))
    case 'product': {
      const [first, second] = layer.branches
      return tape.multiply(runLayer(first, x, pass), runLayer(second, x, pass))
    }
  }
}

function runLinear(layer: Linear, x: Value, { tape, parameter, biasRate }: SequencePass): Value {
  const product = tape.product(x, parameter(layer.weight))
  return layer.bias === undefined ? product : tape.addRow(product, parameter(layer.bias), biasRate(layer))
}

/** Normalise, scale and shift. */
export function runNorm(
  layer: Norm,
  x: Value,
  { tape, parameter }: Pick<SequencePass, 'tape' | 'parameter'>,
): Value {
  const { normalisation, epsilon } = layer
  const meanOf = (of: Matrix, row: number) =>
    normalisation === 'rms' ? 0 : tape.round(sumOfRow(of, row, (value) => value) / of.columns)
  /** `(x - mean) / deviation`, and the deviation of each row. */
  const normalise = (of: Matrix) => {
    const means = Array.from({ length: of.rows }, (_, row) => meanOf(of, row))
    const deviations = means.map((mean, row) =>
      Math.sqrt(sumOfRow(of, row, (value) => (value - mean) ** 2) / of.columns + epsilon),
    )
    const normalised = mapped(of, (value, row) => (value - (means[row] ?? 0)) / (deviations[row] ?? 1))
    return { normalised, deviations }
  }
  const normalised = tape.apply(x, {
    value: (of) => normalise(of).normalised,
    // (g - mean(g) - n mean(g n)) / deviation, for RMS norms without mean(g). Its terms may cancel.
    backward: (of, gradient) => {
      const { normalised, deviations } = normalise(of)
      const along = (row: number) =>
        sumOfRow(gradient, row, (value, column) => value * at(normalised, row, column)) / of.columns
      const rows = deviations.map((deviation, row) => [deviation, meanOf(gradient, row), along(row)] as const)
      return mapped(gradient, (value, row, column) => {
        const [deviation, mean, alongRow] = rows[row] ?? [1, 0, 0]
        return (tape.round(value - mean) - tape.round(at(normalised, row, column) * alongRow)) / deviation
      })
    },
  })
  const scaled = layer.scale === undefined ? normalised : tape.timesRow(normalised, parameter(layer.scale))
  return layer.bias === undefined ? scaled : tape.addRow(scaled, parameter(layer.bias))
}

function runActivation({ activation }: Activation, x: Value, { tape, onKink }: SequencePass): Value {
  const { value, slope } = scalarFunctions[activation]
  const piecewiseLinear = activation === 'relu'
  if (piecewiseLinear) for (const number of x.matrix.values) onKink(Math.abs(number))
  // Float32 has activations and slopes as parts of numbers that are larger: of `|x|`, and of 1.
  const part = (number: number, whole: number) => tape.round(number + whole) - whole
  return tape.apply(x, {
    value: (of) => mapped(of, (number) => part(value(number), Math.abs(number))),
    backward: (of, gradient) => mapped(gradient, (number, i, j) => number * part(slope(at(of, i, j)), 1)),
    piecewiseLinear,
  })
}

/** Attention head by head, each with the keys and values of its group. */
function runAttention(layer: Attention, x: Value, pass: SequencePass): Value {
  const { tape, allowed, positionIds } = pass
  const { heads, keyValueHeads = heads, positions, window = Number.POSITIVE_INFINITY, scale } = layer
  const [queries, keys, values] = [layer.query, layer.key, layer.value].map((child) =>
    runLinear(child, x, pass),
  ) as [Value, Value, Value]
  const outputs = Array.from({ length: heads }, (_, head) => {
    const group = Math.floor(head / (heads / keyValueHeads))
    const query = turn(part(tape, queries, heads, head), positions, pass)
    const key = turn(part(tape, keys, keyValueHeads, group), positions, pass)
    const value = part(tape, values, keyValueHeads, group)
    const slope = positions?.kind === 'alibi' ? (positions.slopes[head] ?? 0) : 0
    const scores = tape.shift(tape.scale(tape.product(query, key), scale), (row, column) => {
      if (!allowed(row, column) || row - column >= window) return Number.NEGATIVE_INFINITY
      return -slope * ((positionIds[row] ?? 0) - (positionIds[column] ?? 0))
    })
    const probabilities = tape.softmax(scores)
    const weights = pass.constantAttention ? tape.detached(probabilities) : probabilities
    return tape.times(weights, value)
  })
  return tape.beside(outputs)
}

/** One head's columns. */
function part(tape: Tape, x: Value, heads: number, head: number): Value {
  const width = x.matrix.columns / heads
  return tape.columns(x, head * width, width)
}

/** Turns pairs of numbers by the position times their frequency. */
function turn(
  x: Value,
  positions: AttentionPositions | undefined,
  { tape, positionIds }: SequencePass,
): Value {
  if (positions?.kind !== 'rotary') return x
  const { frequencies, pairing } = positions
  const pairs = frequencies.length
  const places = frequencies.map((_, pair) =>
    pairing === 'halves' ? [pair, pair + pairs] : [2 * pair, 2 * pair + 1],
  )
  return tape.turned(x, (row) =>
    frequencies.map((frequency, pair) => ({
      angle: (positionIds[row] ?? 0) * frequency,
      places: places[pair] as [number, number],
    })),
  )
}
