import * as tf from '@tensorflow/tfjs-core'
import { AttentionContext, type InnerModel, initialiseInnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import * as fc from 'fast-check'
import type { TintModule } from '../modules/module'
import type { Execution } from '../operators/execution'
import type { TintSimulator } from '../simulator'
import type { PrefixState, TintState } from '../state/state'

/** Tiny inner models of many forms: widths, heads, chunks that do not fill a slot, biases, order of norms, projections. */
export const smallModels = fc
  .record({
    family: fc.constantFrom('gpt2', 'opt'),
    heads: fc.constantFrom(1, 2, 3),
    headWidth: fc.constantFrom(4, 6, 8),
    mlpWidth: fc.integer({ min: 5, max: 60 }),
    activation: fc.constantFrom('relu', 'gelu', 'gelu_new', 'silu', 'tanh'),
    bias: fc.boolean(),
    normFirst: fc.boolean(),
    projected: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map(({ family, heads, headWidth, mlpWidth, activation, bias, normFirst, projected, seed }) => {
    const width = 3 * heads * headWidth
    const make = (): InnerModel =>
      family === 'gpt2'
        ? initialiseInnerModel(
            gpt2,
            {
              model_type: 'gpt2',
              n_embd: width,
              n_head: 3 * heads,
              n_layer: 2,
              n_inner: mlpWidth,
              n_positions: 12,
              vocab_size: 17,
              activation_function: activation,
            },
            seed,
          )
        : initialiseInnerModel(
            opt,
            {
              model_type: 'opt',
              hidden_size: width,
              num_attention_heads: 3 * heads,
              num_hidden_layers: 2,
              ffn_dim: mlpWidth,
              max_position_embeddings: 12,
              vocab_size: 17,
              activation_function: activation,
              enable_bias: bias,
              do_layer_norm_before: normFirst,
              word_embed_proj_dim: projected ? width - 2 : width,
            },
            seed,
          )
    return { name: `${family} of width ${width}, MLP ${mlpWidth}, ${activation}`, make }
  })

/** What operators need, for a few tokens of random text. The caller disposes the mask. */
export function executionOf(simulator: TintSimulator, tokens: number, learningRate = 0.1): Execution {
  const rows = Int32Array.from([0, 2, tokens - 2])
  // A restart, as demonstrations that do not see each other have it.
  const positionIds = [Int32Array.from({ length: tokens }, (_, token) => token % 4)]
  return {
    dimensions: simulator.dimensions,
    learningRate,
    attention: new AttentionContext({ allowed: undefined, length: tokens, positionIds }),
    positionIds,
    tokens,
    train: { rows, targets: rows.map((row) => row % 7) },
    model: simulator.model,
  }
}

/** A state as a module finds it: something in its input slots and, where it uses them, in the prefixes. */
export function randomState(
  { inputs, prefixes }: TintModule,
  { dimensions, tokens }: Execution,
  batch: number,
  seed: number,
): TintState {
  const { slots, width } = dimensions
  const filled = new Set(Object.values(inputs))
  const values = (shape: number[], offset: number) => tf.randomNormal(shape, 0, 1, 'float32', seed + offset)
  const held: PrefixState =
    prefixes === 'unused'
      ? {}
      : {
          rows: values([batch, width, width], 100) as tf.Tensor3D,
          bias: values([batch, 1, width], 101) as tf.Tensor3D,
        }
  return {
    tokens: Array.from({ length: slots }, (_, slot) =>
      filled.has(slot) ? (values([batch, tokens, width], slot) as tf.Tensor3D) : undefined,
    ),
    prefixes: held,
  }
}
