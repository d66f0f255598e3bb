import { gpt2Shapes } from '@tintjs/inner-gpt2'
import { llamaFamilyShapes } from '@tintjs/inner-llama'
import { optShapes } from '@tintjs/inner-opt'

/** The share of a context that is learned from, in all works. */
export const trainFraction = 0.7

/** @param {number} length tokens of a context */
export function trainLengthOf(length) {
  return Math.floor(trainFraction * length)
}

/** A model of OPT's family. @param {{ width: number, layers: number, vocabulary?: number, positions?: number }} sizes heads are 64 wide */
export function optShape({ width, layers, vocabulary = 50_272, positions = 2048 }) {
  return {
    ...optShapes['opt-125m'],
    hidden_size: width,
    word_embed_proj_dim: width,
    ffn_dim: 4 * width,
    num_attention_heads: Math.max(1, width / 64),
    num_hidden_layers: layers,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
  }
}

/** The shape of most works, and a tiny one. @param {boolean} quick */
export function usualShape(quick) {
  return quick
    ? optShape({ width: 64, layers: 2, vocabulary: 64, positions: 64 })
    : optShape({ width: 768, layers: 12 })
}

/** Larger shapes by name; one tiny one instead. @param {boolean} quick @returns {Record<string, object>} */
export function largerShapes(quick) {
  if (quick) return { tiny: usualShape(true) }
  return {
    'gpt2-medium': gpt2Shapes['gpt2-medium'],
    'gpt2-large': gpt2Shapes['gpt2-large'],
    'llama-1b': llamaFamilyShapes['Llama-3.2-1B'],
  }
}
