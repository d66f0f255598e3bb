import * as tf from '@tensorflow/tfjs-core'
import { groupHeads, mergeHeads, rotatePairs, splitHeads, TintError, ungroupHeads } from '@tintjs/tensor'
import type { AttentionContext } from './attention-context'
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
 * Causal softmax attention: `a = softmax(scale Q K^T + bias)`, `y = a V`, by heads. Keys and values may have fewer heads,
 * each shared by a group of query heads; queries and keys may be turned by rotary positions.
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
  const probabilities = tf.tidy(() => {
    const scores = ungroupHeads(tf.matMul(groupHeads(queries, shared), keys, false, true), layer.heads)
    return tf.softmax(tf.add(scores, pass.attention.scoreBias(layer)))
  }) as tf.Tensor4D
  const output = mergeHeads(ungroupHeads(tf.matMul(groupHeads(probabilities, shared), values), layer.heads))
  const memory: AttentionMemory = {
    kind: 'attention',
    query: query.memory,
    key: key.memory,
    value: value.memory,
    ...keptOf(probabilities, { queries, keys, values }, pass.backward),
  }
  return { output, memory }
}

/** What of an attention its backward needs. */
function keptOf(
  probabilities: tf.Tensor4D,
  scored: ScoredHeads,
  backward: ForwardPass['backward'],
): Pick<AttentionMemory, 'probabilities' | 'scored'> {
  if (backward === undefined) return { probabilities, scored }
  return {
    probabilities: firstRowsAndColumns(probabilities, backward.positions),
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
  const probabilities = firstRowsAndColumns(memory.probabilities, pass.positions)
  const headGradient = splitHeads(outputGradient, layer.heads)
  const shared = keyValueHeads(layer)
  const valueGradient = mergeHeads(
    tf.matMul(groupHeads(probabilities, shared), groupHeads(headGradient, shared), true, false),
  )
  const throughValue = backwardLinear(layer.value, valueGradient, memory.value, pass)
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
  probabilities: tf.Tensor4D,
  { scored }: AttentionMemory,
  { positions, attention }: BackwardPass,
) {
  if (scored === undefined) {
    throw new TintError("An attention's forward kept no queries and keys for a backward that needs them.")
  }
  const shared = keyValueHeads(layer)
  const grouped = groupHeads(headGradient, shared)
  const values = firstRows(scored.values, positions)
  const probabilityGradient = ungroupHeads(tf.matMul(grouped, values, false, true), layer.heads)
  const alongProbabilities = tf.sum(tf.mul(probabilityGradient, probabilities), -1, true)
  const scoreGradient = groupHeads(
    tf.mul(probabilities, tf.sub(probabilityGradient, alongProbabilities)) as tf.Tensor4D,
    shared,
  )
  const turnBack = (x: tf.Tensor4D) => rotate(x, layer, attention, positions)
  const unscaled = ungroupHeads(tf.matMul(scoreGradient, firstRows(scored.keys, positions)), layer.heads)
  const queryGradient = tf.mul(turnBack(unscaled), layer.scale) as tf.Tensor4D
  // The kept queries are scaled already.
  const queries = groupHeads(firstRows(scored.queries, positions), shared)
  const keyGradient = turnBack(tf.matMul(scoreGradient, queries, true, false))
  return { queryGradient: mergeHeads(queryGradient), keyGradient: mergeHeads(keyGradient) }
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
    cosines: firstRows(cosines, backwardPositions),
    sines: firstRows(sines, backwardPositions),
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

function firstRows(x: tf.Tensor4D, count: number): tf.Tensor4D {
  const [batch, heads, rows, width] = x.shape
  return count === rows ? x : tf.slice(x, [0, 0, 0, 0], [batch, heads, count, width])
}

function firstRowsAndColumns(x: tf.Tensor4D, count: number): tf.Tensor4D {
  const [batch, heads, rows] = x.shape
  return count === rows ? x : tf.slice(x, [0, 0, 0, 0], [batch, heads, count, count])
}
