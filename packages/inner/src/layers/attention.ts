import * as tf from '@tensorflow/tfjs-core'
import {
  groupHeads,
  mergeHeads,
  rotatePairs,
  splitHeads,
  TintError,
  tidyStructure,
  ungroupHeads,
} from '@tintjs/tensor'
import type { AttentionContext } from './attention-context'
import { addColumns, type BandProbabilities, firstOfBands, joinRows, positionsOf } from './causal-bands'
import type { Attention, Linear } from './layer'
import { linearArithmetic } from './linear'
import type {
  AttentionMemory,
  Backwarded,
  BackwardPass,
  Forwarded,
  ForwardPass,
  LinearMemory,
  ScoredHeads,
} from './pass'

/**
 * Causal softmax attention: `a = softmax(scale Q K^T + bias)`, `y = a V`, by heads and in bands of rows. Keys and values may
 * have fewer heads, each shared by a group of query heads; queries and keys may be turned by rotary positions.
 *
 * @param input `[batch, N, width]`
 * @returns all in the caller's `tf.tidy`
 */
export function forwardAttention(
  layer: Attention,
  input: tf.Tensor3D,
  pass: ForwardPass,
): Forwarded<AttentionMemory> {
  const query = linearArithmetic.forward(layer.query, input, pass)
  const key = linearArithmetic.forward(layer.key, input, pass)
  const value = linearArithmetic.forward(layer.value, input, pass)
  const shared = keyValueHeads(layer)
  const turn = (x: tf.Tensor4D) => rotate(x, layer, pass.attention)
  const queries = turn(splitHeads(tf.mul(query.output, layer.scale), layer.heads))
  const own = { keys: turn(splitHeads(key.output, shared)), values: splitHeads(value.output, shared) }
  const { keys, values } = pass.cache?.extend(layer, own) ?? own
  const probabilities = pass.attention.bands(layer).map((band) => ({
    band,
    probabilities: tf.tidy(() => {
      const rows = groupHeads(positionsOf(queries, band.rows), shared)
      const columns = positionsOf(keys, band.columns)
      const scores = ungroupHeads(tf.matMul(rows, columns, false, true), layer.heads)
      return tf.softmax(tf.add(scores, pass.attention.scoreBias(layer, band)))
    }) as tf.Tensor4D,
  }))
  const output = mergeHeads(weightedValues(layer, probabilities, values))
  const memory: AttentionMemory = {
    kind: 'attention',
    query: query.memory,
    key: key.memory,
    value: value.memory,
    ...keptOf(probabilities, { queries, keys, values }, pass.backward),
  }
  return { output, memory }
}

/**
 * `a V`
 *
 * @param values `[batch, heads of keys and values, positions, head width]`
 * @returns `[batch, heads, N, head width]`
 */
export function weightedValues(
  layer: Attention,
  probabilities: readonly BandProbabilities[],
  values: tf.Tensor4D,
): tf.Tensor4D {
  const shared = keyValueHeads(layer)
  return joinRows(
    probabilities.map(({ band, probabilities }) =>
      ungroupHeads(
        tf.matMul(groupHeads(probabilities, shared), positionsOf(values, band.columns)),
        layer.heads,
      ),
    ),
  )
}

/** What of an attention its backward needs. */
function keptOf(
  probabilities: readonly BandProbabilities[],
  scored: ScoredHeads,
  backward: ForwardPass['backward'],
): Pick<AttentionMemory, 'probabilities' | 'scored'> {
  if (backward === undefined) return { probabilities, scored }
  return {
    probabilities: firstOfBands(probabilities, backward.positions),
    scored: backward.rules.attention === 'value' ? undefined : scored,
  }
}

/**
 * Attention's backward and its children's descent. `dV = a^T dy` always, summed over the heads that share values; queries
 * and keys only where the rules ask for the full gradient: `dS = a (dA - sum(dA a))`, `dQ = scale dS K`,
 * `dK = scale dS^T Q`, both turned back.
 *
 * @param outputGradient `[batch, positions, width]`
 */
export function backwardAttention(
  layer: Attention,
  outputGradient: tf.Tensor3D,
  memory: AttentionMemory,
  pass: BackwardPass,
): Backwarded {
  const probabilities = firstOfBands(memory.probabilities, pass.positions)
  const headGradient = splitHeads(outputGradient, layer.heads)
  const shared = keyValueHeads(layer)
  const valueGradient = addColumns(
    probabilities.map(({ band, probabilities }) => {
      const gradient = groupHeads(positionsOf(headGradient, band.rows), shared)
      return {
        columns: band.columns,
        part: tf.matMul(groupHeads(probabilities, shared), gradient, true, false),
      }
    }),
    pass.positions,
  )
  const throughValue = backwardLinear(layer.value, mergeHeads(valueGradient), memory.value, pass)
  if (pass.rules.attention === 'value') return throughValue

  const { queryGradient, keyGradient } = scoreGradients(layer, headGradient, probabilities, memory, pass)
  const throughQuery = backwardLinear(layer.query, queryGradient, memory.query, pass)
  const throughKey = backwardLinear(layer.key, keyGradient, memory.key, pass)
  return {
    inputGradient: tf.addN([
      throughValue.inputGradient,
      throughQuery.inputGradient,
      throughKey.inputGradient,
    ]),
    changes: [...throughValue.changes, ...throughQuery.changes, ...throughKey.changes],
  }
}

function scoreGradients(
  layer: Attention,
  headGradient: tf.Tensor4D,
  probabilities: readonly BandProbabilities[],
  { scored }: AttentionMemory,
  { positions, attention }: BackwardPass,
) {
  if (scored === undefined) {
    throw new TintError("An attention's forward kept no queries and keys for a backward that needs them.")
  }
  const parts = probabilities.map((band) => bandScoreGradients(layer, headGradient, band, scored))
  const turnBack = (x: tf.Tensor4D) => rotate(x, layer, attention, positions)
  const unscaled = joinRows(parts.map(({ queryPart }) => queryPart))
  const queryGradient = tf.mul(turnBack(unscaled), layer.scale) as tf.Tensor4D
  const keyGradient = turnBack(
    addColumns(
      parts.map(({ columns, keyPart }) => ({ columns, part: keyPart })),
      positions,
    ),
  )
  return { queryGradient: mergeHeads(queryGradient), keyGradient: mergeHeads(keyGradient) }
}

/** What the scores of one band give to the gradients of turned queries (not yet scaled) and of turned keys. */
function bandScoreGradients(
  layer: Attention,
  headGradient: tf.Tensor4D,
  { band: { rows, columns }, probabilities }: BandProbabilities,
  { queries, keys, values }: ScoredHeads,
) {
  return tidyStructure(() => {
    const shared = keyValueHeads(layer)
    const gradient = groupHeads(positionsOf(headGradient, rows), shared)
    const bandValues = positionsOf(values, columns)
    const probabilityGradient = ungroupHeads(tf.matMul(gradient, bandValues, false, true), layer.heads)
    const alongProbabilities = tf.sum(tf.mul(probabilityGradient, probabilities), -1, true)
    const scoreGradient = groupHeads(
      tf.mul(probabilities, tf.sub(probabilityGradient, alongProbabilities)) as tf.Tensor4D,
      shared,
    )
    // The kept queries are scaled already.
    const bandQueries = groupHeads(positionsOf(queries, rows), shared)
    return {
      columns,
      queryPart: ungroupHeads(tf.matMul(scoreGradient, positionsOf(keys, columns)), layer.heads),
      keyPart: tf.matMul(scoreGradient, bandQueries, true, false) as tf.Tensor4D,
    }
  })
}

/** How many heads keys and values have. */
export function keyValueHeads({ heads, keyValueHeads = heads }: Attention): number {
  return keyValueHeads
}

/**
 * Turns queries or keys where the layer has rotary positions.
 *
 * @param backwardPositions given in a backward pass: turns the first so many positions back
 */
function rotate(
  x: tf.Tensor4D,
  { positions }: Attention,
  context: AttentionContext,
  backwardPositions?: number,
): tf.Tensor4D {
  if (positions?.kind !== 'rotary') return x
  const { cosines, sines } = context.rotation(positions)
  if (backwardPositions === undefined) return rotatePairs(x, { cosines, sines }, positions.pairing)
  const first = {
    cosines: positionsOf(cosines, { start: 0, end: backwardPositions }),
    sines: positionsOf(sines, { start: 0, end: backwardPositions }),
  }
  return rotatePairs(x, first, positions.pairing, true)
}

function backwardLinear(
  leaf: Linear,
  outputGradient: tf.Tensor3D,
  memory: LinearMemory,
  pass: BackwardPass,
): Backwarded {
  return {
    inputGradient: linearArithmetic.backward(leaf, outputGradient, memory, pass),
    changes: linearArithmetic.descend(leaf, outputGradient, memory, pass),
  }
}
