import { exact, type Layer, type Linear, tint } from '@tintjs/inner'
import { gpt2, gpt2Shapes } from '@tintjs/inner-gpt2'
import { opt, optShapes } from '@tintjs/inner-opt'
import { describe, expect, it } from 'vitest'
import { stepArithmetic } from './step-arithmetic'

describe('stepArithmetic', () => {
  const [width, vocabulary, layers, length, trainLength] = [768, 50257, 12, 512, 358]
  const learned = trainLength - 1
  const description = gpt2.describe(gpt2Shapes.gpt2)
  // A block has matrices of 3 D D, D D and twice 4 D D.
  const forward =
    2 * length * layers * 12 * width ** 2 +
    layers * 4 * length ** 2 * width +
    2 * (length - trainLength) * vocabulary * width
  const lossGradient = 4 * learned * vocabulary * width

  it("counts TinT's step of GPT-2 as by hand: values alone pass gradients back", () => {
    const backward = layers * (4 * learned * 10 * width ** 2 + 2 * learned ** 2 * width)
    const counted = stepArithmetic(description, { length, trainLength, gradient: tint() })
    expect(counted).toBe(2 * forward + lossGradient + backward)
  })

  it("counts exact back-propagation's queries and keys as well", () => {
    const backward = layers * (4 * learned * 12 * width ** 2 + 8 * learned ** 2 * width)
    const counted = stepArithmetic(description, { length, trainLength, gradient: exact() })
    expect(counted).toBe(2 * forward + lossGradient + backward)
  })

  it('runs over learned positions alone, without the head, where no losses are told before', () => {
    const sizes = { length, trainLength, gradient: tint() }
    const first = 2 * learned * layers * 12 * width ** 2 + layers * 4 * learned ** 2 * width
    const difference =
      stepArithmetic(description, sizes) - stepArithmetic(description, { ...sizes, scoreBefore: false })
    expect(difference).toBe(forward - first)
  })

  it('needs no logits of learned positions for the loss gradient towards the target', () => {
    const gradient = tint({ lossGradient: 'target' })
    const sizes = { length, trainLength }
    const difference =
      stepArithmetic(description, { ...sizes, gradient: tint() }) -
      stepArithmetic(description, { ...sizes, gradient })
    expect(difference).toBe(lossGradient)
  })

  it('counts projected embeddings', () => {
    const [projection, narrow] = [512 * 1024, 512]
    const sizes = { length: 8, trainLength: 4, gradient: tint() }
    const projected = stepArithmetic(opt.describe(optShapes['opt-350m']), sizes)
    const direct = stepArithmetic(
      opt.describe({ ...optShapes['opt-350m'], word_embed_proj_dim: 1024 }),
      sizes,
    )
    const saved = (2 * 2 * 4 + 4 * 3) * 50272 * narrow
    expect(direct - projected).toBe(saved - (2 * 2 * 8 * 2 + 2 * 3) * projection)
  })

  it('counts keys and values that heads share as often as heads use them, and their linears as they are', () => {
    const [width, hidden, heads, shared, vocabulary] = [64, 96, 8, 2, 50]
    const narrow = (width / heads) * shared
    const narrowed = (linear: Linear): Linear => ({ ...linear, outputWidth: narrow })
    const grouped = (layer: Layer): Layer => {
      switch (layer.kind) {
        case 'sequence':
          return { ...layer, layers: layer.layers.map(grouped) }
        case 'residual':
          return { ...layer, body: grouped(layer.body) }
        case 'attention':
          return {
            ...layer,
            keyValueHeads: shared,
            key: narrowed(layer.key),
            value: narrowed(layer.value),
          }
        default:
          return layer
      }
    }
    const ungrouped = gpt2.describe({
      model_type: 'gpt2',
      n_embd: width,
      n_inner: hidden,
      n_head: heads,
      n_layer: 1,
      n_positions: 16,
      vocab_size: vocabulary,
    })
    const description = { ...ungrouped, blocks: ungrouped.blocks.map(grouped) }
    const [length, trainLength, learned] = [16, 9, 8]
    const [queryAndOutput, keyOrValue, mlp] = [2 * width ** 2, narrow * width, 2 * width * hidden]
    const forward =
      2 * length * (queryAndOutput + 2 * keyOrValue + mlp) +
      4 * length ** 2 * width +
      2 * (length - trainLength) * vocabulary * width
    const rest = 2 * forward + 4 * learned * vocabulary * width
    const toValues = 4 * learned * (width ** 2 + keyOrValue + mlp) + 2 * learned ** 2 * width
    const toScores = 4 * learned * (width ** 2 + keyOrValue) + 6 * learned ** 2 * width
    const sizes = { length, trainLength }
    expect(stepArithmetic(description, { ...sizes, gradient: tint() })).toBe(rest + toValues)
    expect(stepArithmetic(description, { ...sizes, gradient: exact() })).toBe(rest + toValues + toScores)
  })
})
