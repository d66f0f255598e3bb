import { type Attention, alibiSlopes, attentionLayersOf, type InnerModelDescription } from '@tintjs/inner'
import { gpt2, gpt2Shapes } from '@tintjs/inner-gpt2'
import { opt, optShapes } from '@tintjs/inner-opt'
import { DimensionError } from '@tintjs/tensor'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PlanOptions, planTint } from './plan-tint'
import { validPrefixTokens } from './rules'

const shapes = new Map<string, InnerModelDescription>([
  ...Object.entries(gpt2Shapes).map(([name, config]) => [name, gpt2.describe(config)] as const),
  ...Object.entries(optShapes).map(([name, config]) => [name, opt.describe(config)] as const),
])

/** An OPT of any sizes, as planning needs it. */
function modelOf(width: number, heads: number, positions = 64): InnerModelDescription {
  return opt.describe({
    model_type: 'opt',
    hidden_size: width,
    num_attention_heads: heads,
    num_hidden_layers: 1,
    ffn_dim: 4 * width,
    max_position_embeddings: positions,
    vocab_size: 11,
  })
}

/** Left out more often than not, as impossible sizes are most of all. */
const seldom = (size: fc.Arbitrary<number>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, { arbitrary: size, weight: 1 })

describe('planTint', () => {
  // The paper's table of sizes; its K for gpt2-xl is smaller than need be.
  it.each([
    ['gpt2', 256, 3072, 12],
    ['gpt2-medium', 256, 5120, 20],
    ['gpt2-large', 320, 6400, 20],
    ['opt-125m', 256, 3072, 12],
    ['opt-350m', 256, 5120, 20],
    ['opt-1.3b', 512, 10240, 40],
    ['opt-2.7b', 640, 12800, 40],
  ])("chooses the paper's sizes for %s: K %d, Dsim %d, %d heads", (name, prefixTokens, hiddenSize, heads) => {
    const { dimensions } = planTint(shapes.get(name)!)
    expect(dimensions).toMatchObject({ prefixTokens, hiddenSize, softmaxHeads: heads })
  })

  it("accepts the paper's sizes for gpt2-xl, and chooses a narrower simulator by itself", () => {
    const asked = planTint(shapes.get('gpt2-xl')!, { prefixTokens: 320, simulatorHeads: 30 })
    expect(asked.dimensions.hiddenSize).toBe(9600)
    expect(planTint(shapes.get('gpt2-xl')!).dimensions).toMatchObject({
      prefixTokens: 400,
      hiddenSize: 8000,
      softmaxHeads: 25,
    })
  })

  it('keeps all rules, whatever it is asked for: a plan or a DimensionError', () => {
    const options = fc.record({
      prefixTokens: seldom(fc.integer({ min: -2, max: 40 })),
      hiddenSize: seldom(fc.integer({ min: 1, max: 900 })),
      simulatorHeads: seldom(fc.integer({ min: 0, max: 60 })),
      maxLength: seldom(fc.integer({ min: 0, max: 70 })),
    })
    const sizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20 }))
    let planned = 0
    fc.assert(
      fc.property(sizes, options, ([heads, headWidth], asked: PlanOptions) => {
        const width = heads * headWidth
        let plan: ReturnType<typeof planTint>
        try {
          plan = planTint(modelOf(width, heads), asked)
        } catch (error) {
          expect(error).toBeInstanceOf(DimensionError)
          return
        }
        planned++
        const { prefixTokens, hiddenSize, softmaxHeads, softmaxHeadWidth, maxLength } = plan.dimensions
        expect(width % prefixTokens).toBe(0)
        expect(hiddenSize).toBe(width * (width / prefixTokens + 1))
        expect(hiddenSize).toBeGreaterThanOrEqual(4 * width)
        expect(softmaxHeads * softmaxHeadWidth).toBe(hiddenSize)
        expect(width % softmaxHeadWidth).toBe(0)
        expect(heads % (width / softmaxHeadWidth)).toBe(0)
        expect(softmaxHeads).toBeGreaterThanOrEqual(heads)
        expect(2 ** softmaxHeadWidth).toBeGreaterThan(maxLength)
        expect(prefixTokens).toBe(asked.prefixTokens ?? prefixTokens)
        expect(hiddenSize).toBe(asked.hiddenSize ?? hiddenSize)
        expect(softmaxHeads).toBe(asked.simulatorHeads ?? softmaxHeads)
        expect(maxLength).toBe(asked.maxLength ?? 64)
      }),
      { numRuns: 2000, seed: 42 },
    )
    expect(planned).toBeGreaterThan(100)
  })

  it('proposes only choices that it would accept', () => {
    const inner = modelOf(96, 6)
    for (const prefixTokens of validPrefixTokens(96))
      expect(() => planTint(inner, { prefixTokens })).not.toThrow()
    const message = messageOf(() => planTint(inner, { simulatorHeads: 7 }))
    const proposed = /expected one of ([\d, ]+)/.exec(message)![1]!.split(', ').map(Number)
    for (const simulatorHeads of proposed) expect(planTint(inner, { simulatorHeads })).toBeDefined()
  })

  it('refuses options that it does not know', () => {
    const misspelt = { prefixToken: 8 } as PlanOptions
    expect(messageOf(() => planTint(modelOf(96, 6), misspelt))).toMatch(/got the option "prefixToken"/)
  })

  it.each<[string, PlanOptions, RegExp]>([
    [
      'K that does not divide',
      { prefixTokens: 300 },
      /300 does not divide the inner model's width D = 768; expected one of 128, 192, 256/,
    ],
    ['K that leaves two rows', { prefixTokens: 384 }, /leaves 2 rows .* at least 4 D; expected one of/],
    ['K that is no count', { prefixTokens: 1.5 }, /does not divide/],
    ['Dsim that no K has', { hiddenSize: 3000 }, /Dsim\) of 3000 cannot be: .* expected one of 3072, 3840/],
    ['Dsim and K that contradict', { prefixTokens: 256, hiddenSize: 3840 }, /is 3072 for the width D = 768/],
    ['too few heads', { simulatorHeads: 6 }, /at least the inner model's 12 heads; expected one of 12/],
    ['heads that do not divide Dsim', { simulatorHeads: 13 }, /must divide Dsim = 3072/],
    [
      'heads whose width does not divide D',
      { simulatorHeads: 32, prefixTokens: 128 },
      /must divide the width D = 768|multiple/,
    ],
    [
      'heads that cut inner heads',
      { simulatorHeads: 96 },
      /Dsim\/Hsim = 32 must be a multiple of the inner model's head width 64/,
    ],
    [
      'a longer text than positions',
      { maxLength: 4096 },
      /maxLength\) is 4096; expected a whole number from 2 to 2048/,
    ],
    ['a text of one token', { maxLength: 1 }, /expected a whole number from 2/],
  ])('refuses %s, and says what would be valid', (_, options, words) => {
    expect(() => planTint(shapes.get('opt-125m')!, options)).toThrow(DimensionError)
    expect(messageOf(() => planTint(shapes.get('opt-125m')!, options))).toMatch(words)
  })

  it('names what ALiBi needs, and rules in terms of heads that are narrower than D over their number', () => {
    const alibi = (heads: number) =>
      withAttention(modelOf(48, heads), (layer) => ({
        ...layer,
        positions: { kind: 'alibi', slopes: alibiSlopes(heads) },
      }))
    expect(messageOf(() => planTint(alibi(1)))).toMatch(/more than one head, as ALiBi needs a coordinate/)
    expect(planTint(alibi(2)).dimensions.softmaxHeadWidth).toBe(48)
    const narrow = withAttention(modelOf(48, 4), (layer) => ({
      ...layer,
      query: { ...layer.query, outputWidth: 32 },
      key: { ...layer.key, outputWidth: 32 },
      value: { ...layer.value, outputWidth: 32 },
    }))
    expect(messageOf(() => planTint(narrow, { prefixTokens: 12, simulatorHeads: 20 }))).toMatch(
      /Dsim\/Hsim = 12 must be a multiple of the inner model's head width 8/,
    )
  })

  it('explains each choice', () => {
    const { explanation } = planTint(shapes.get('opt-125m')!, { maxLength: 512 })
    expect(explanation.join(' ')).toMatch(/K = 256 .* Dsim .* 3072.* Hsim = 12 .* 512 tokens/)
  })
})

/** A model whose blocks are an attention alone, changed. */
function withAttention(
  description: InnerModelDescription,
  change: (layer: Attention) => Attention,
): InnerModelDescription {
  const [attention] = description.blocks.flatMap(attentionLayersOf)
  return { ...description, blocks: [change(attention!)] }
}

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('Nothing was thrown.')
}
