import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allParameters } from '../model/description'
import { modelLogits } from '../model/forward'
import { initialiseInnerModel } from '../model/initialise'
import type { InnerModel } from '../model/inner-model'
import { scoreTokens } from '../model/score'
import { toy, vocabulary } from '../test-support/toy-model'
import { checkGeneration, generateTokens } from './generate'
import { createSampler } from './sampling'

let model: InnerModel

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  model = initialiseInnerModel(toy, { model_type: 'toy' }, 4)
  // Weights of the usual size make every token about equally likely.
  for (const reference of allParameters(model.description)) {
    if (reference.shape.length === 2) model.weights.set(reference, tf.mul(model.weights.get(reference), 30))
  }
})
afterAll(() => model.dispose())

describe('generateTokens', () => {
  it('with temperature 0 takes what the full forward pass says, token by token', async () => {
    const prompt = [1, 2, 3]
    const { tokens, stopped } = await generateTokens(model, prompt, { temperature: 0, maxNewTokens: 6 })
    const right = [...prompt]
    for (let count = 0; count < 6; count++) {
      const logits = await modelLogits(model, right.length > 1 ? right : [0, ...right])
      const last = (await logits.data()).slice(-vocabulary)
      logits.dispose()
      right.push(last.indexOf(Math.max(...last)))
    }
    expect(tokens).toEqual(right.slice(prompt.length))
    expect(stopped).toBe('length')
  })

  it('repeats itself for a seed, differs for another, and calls back for each token', async () => {
    const seen: number[] = []
    const generate = (seed: number) =>
      generateTokens(model, [1], {
        seed,
        maxNewTokens: 8,
        temperature: 2,
        onToken: (token) => seen.push(token),
      })
    const first = await generate(1)
    expect(seen).toEqual(first.tokens)
    expect(await generate(1)).toEqual(first)
    const others = await Promise.all([2, 3, 4].map(async (seed) => (await generate(seed)).tokens.join()))
    expect(others.some((tokens) => tokens !== first.tokens.join())).toBe(true)
  })

  it('stops at the end of the text and where the context is full', async () => {
    const { tokens } = await generateTokens(model, [1, 2], { temperature: 0, maxNewTokens: 4 })
    const [first, second] = tokens
    const endOfText = second === first ? first : second
    const ended = await generateTokens(model, [1, 2], { temperature: 0, maxNewTokens: 4, endOfText })
    expect(ended).toEqual({ tokens: tokens.slice(0, tokens.indexOf(endOfText!)), stopped: 'endOfText' })
    const full = await generateTokens(model, [1, 2], { maxNewTokens: 100 })
    // The token after the last position is still predicted.
    expect(full).toMatchObject({ stopped: 'contextFull' })
    expect(full.tokens).toHaveLength(11)
  })

  it('leaves no tensor behind, also when it is stopped', async () => {
    await expectBalancedTensors(async () => {
      await generateTokens(model, [1, 2, 3], { maxNewTokens: 3 })
      const stop = new AbortController()
      const onToken = () => stop.abort(new Error('enough'))
      await expect(generateTokens(model, [1], { onToken, signal: stop.signal })).rejects.toThrow('enough')
    })
  })

  it.each([
    ['an empty prompt', [], {}, 'The input has 0 tokens; expected at least 1'],
    ['an id outside the vocabulary', [99], {}, 'Input id 99'],
    [
      'a prompt that is too long',
      Array(13).fill(1) as number[],
      {},
      "13 tokens, more than the model's 12 positions",
    ],
    ['no new token', [1], { maxNewTokens: 0 }, 'maxNewTokens is 0'],
    ['a negative temperature', [1], { temperature: -1 }, 'temperature is -1'],
    ['a fractional topK', [1], { topK: 1.5 }, 'topK is 1.5'],
    ['a topP of 0', [1], { topP: 0 }, 'topP is 0'],
    ['a fractional seed', [1], { seed: 0.5 }, 'seed is 0.5'],
  ])('refuses %s', async (_, prompt, options, words) => {
    await expectBalancedTensors(async () => {
      await expect(generateTokens(model, prompt, options)).rejects.toThrow(InputError)
      await expect(generateTokens(model, prompt, options)).rejects.toThrow(words)
      expect(() => checkGeneration(model.description, prompt, options)).toThrow(words)
    })
  })
})

describe('createSampler', () => {
  const logits = Float32Array.from([0, Math.log(2), Math.log(5), Math.log(2), -100])
  const shares = (options: object) => {
    const sample = createSampler({ seed: 3, ...options })
    const counts = Array<number>(5).fill(0)
    for (let draw = 0; draw < 20_000; draw++) counts[sample(logits)]! += 1 / 20_000
    return counts
  }
  // Four standard deviations of a share over 20,000 draws.
  const within = { absolute: 0.015 }

  it('draws in proportion to the probabilities', () => {
    expectClose(shares({}), [0.1, 0.2, 0.5, 0.2, 0], within)
  })

  it('draws so from the first draw on, with one small seed as with the next', () => {
    for (const skipped of [0, 1, 2]) {
      const counts = Array<number>(5).fill(0)
      for (let seed = 0; seed < 2000; seed++) {
        const sample = createSampler({ seed })
        for (let draw = 0; draw < skipped; draw++) sample(logits)
        counts[sample(logits)]! += 1 / 2000
      }
      // Four standard deviations of a share over 2,000 draws.
      expectClose(counts, [0.1, 0.2, 0.5, 0.2, 0], { absolute: 0.045 })
    }
  })

  it('sharpens and flattens by temperature', () => {
    expectClose(shares({ temperature: 0.5 }), [1 / 34, 4 / 34, 25 / 34, 4 / 34, 0], within)
    expect(new Set(Array.from({ length: 5 }, () => createSampler({ temperature: 0 })(logits)))).toEqual(
      new Set([2]),
    )
  })

  it('keeps to the likeliest tokens', () => {
    expectClose(shares({ topK: 2 }), [0, 2 / 7, 5 / 7, 0, 0], within)
    expectClose(shares({ topP: 0.6 }), [0, 2 / 7, 5 / 7, 0, 0], within)
    expectClose(shares({ topP: 0.5 }), [0, 0, 1, 0, 0], within)
  })
})

describe('scoreTokens', () => {
  it('is the cross-entropy of the logits, for each sequence of a batch', async () => {
    await expectBalancedTensors(async () => {
      const tokens = [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]
      const scores = await scoreTokens(model, tokens)
      for (const [sequence, ids] of tokens.entries()) {
        const logits = await modelLogits(model, ids)
        const rows = (await logits.array()) as number[][][]
        logits.dispose()
        const right = ids.slice(1).map((target, t) => {
          const row = rows[0]![t]!
          return Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - row[target]!
        })
        expectClose(scores[sequence]!.tokenLosses, right, { absolute: 1e-4 })
        expectClose(scores[sequence]!.loss, right.reduce((sum, loss) => sum + loss, 0) / 3, {
          absolute: 1e-4,
        })
      }
    })
  })
})
