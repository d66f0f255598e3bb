import * as tf from '@tensorflow/tfjs-core'
import { mergeHeads, splitHeads } from '@tintjs/tensor'
import type { Attention, Linear } from './layer'
import { linearArithmetic } from './linear'
import type { AttentionMemory, Backwarded, BackwardPass, Forwarded, ForwardPass, LinearMemory } from './pass'

/**
 * Causal softmax attention: `a = softmax(scale Q K^T + bias)`, `y = a V`, by heads.
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
  const queries = splitHeads(tf.mul(query.output, layer.scale), layer.heads)
  const own = { keys: splitHeads(key.output, layer.heads), values: splitHeads(value.output, layer.heads) }
  const { keys, values } = pass.cache?.extend(layer, own) ?? own
  const probabilities = tf.tidy(() =>
    tf.softmax(tf.add(tf.matMul(queries, keys, false, true), pass.attentionBias)),
  ) as tf.Tensor4D
  const output = mergeHeads(tf.matMul(probabilities, values))
  const memory: AttentionMemory = {
    kind: 'attention',
    query: query.memory,
    key: key.memory,
    value: value.memory,
    queries,
    keys,
    values,
    probabilities,
  }
  return { output, memory }
}

/**
 * Attention's backward and its children's descent. `dV = a^T dy` always; queries and keys only where the rules ask
 * for the full gradient: `dS = a (dA - sum(dA a))`, `dQ = scale dS K`, `dK = scale dS^T Q`.
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
  const valueGradient = mergeHeads(tf.matMul(probabilities, headGradient, true, false))
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
  memory: AttentionMemory,
  { positions }: BackwardPass,
) {
  const probabilityGradient = tf.matMul(headGradient, firstRows(memory.values, positions), false, true)
  const alongProbabilities = tf.sum(tf.mul(probabilityGradient, probabilities), -1, true)
  const scoreGradient: tf.Tensor4D = tf.mul(probabilities, tf.sub(probabilityGradient, alongProbabilities))
  const unscaled: tf.Tensor4D = tf.matMul(scoreGradient, firstRows(memory.keys, positions))
  const queryGradient: tf.Tensor4D = tf.mul(unscaled, layer.scale)
  // The kept queries are scaled already.
  const keyGradient: tf.Tensor4D = tf.matMul(scoreGradient, firstRows(memory.queries, positions), true, false)
  return { queryGradient: mergeHeads(queryGradient), keyGradient: mergeHeads(keyGradient) }
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
  const [batch, heads, , width] = x.shape
  return tf.slice(x, [0, 0, 0, 0], [batch, heads, count, width])
}

function firstRowsAndColumns(x: tf.Tensor4D, count: number): tf.Tensor4D {
  const [batch, heads] = x.shape
  return tf.slice(x, [0, 0, 0, 0], [batch, heads, count, count])
}
