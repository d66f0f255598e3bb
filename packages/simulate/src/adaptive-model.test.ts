import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { allParameters, type InnerModel, initialiseInnerModel, scoreTokens } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { InputError, NotFiniteError, readSafetensorsHeader } from '@tintjs/tensor'
import { openFileSource, useEngine, writeSafetensorsFile } from '@tintjs/tensor/node'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AdaptiveModel, type AdaptiveModelOptions, exact, tint, trainingStep } from './index'
import { loadAdaptiveModel, saveAdaptiveModel } from './node'

const gpt2Config = { model_type: 'gpt2', n_embd: 16, n_head: 2, n_layer: 2, n_positions: 24, vocab_size: 13 }
const optConfig = {
  model_type: 'opt',
  hidden_size: 16,
  num_attention_heads: 2,
  num_hidden_layers: 2,
  ffn_dim: 40,
  max_position_embeddings: 24,
  vocab_size: 13,
}
const text = Array.from({ length: 90 }, (_, index) => [3, 1, 4, 1, 5, 9, 2, 6][index % 8]!)
let model: InnerModel
let other: InnerModel
let folder: string

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  model = initialiseInnerModel(gpt2, gpt2Config)
  other = initialiseInnerModel(opt, optConfig)
  for (const inner of [model, other]) {
    // Weights of the size that training starts from learn too slowly for a short test.
    for (const reference of allParameters(inner.description)) {
      if (reference.shape.length === 2) inner.weights.set(reference, tf.mul(inner.weights.get(reference), 10))
    }
  }
  folder = await mkdtemp(join(tmpdir(), 'tint-adaptive-'))
})
afterAll(async () => {
  model.dispose()
  other.dispose()
  await rm(folder, { recursive: true })
})

describe('AdaptiveModel', () => {
  it('learns a repeating text while it reads it, with either gradient', async () => {
    for (const gradient of [tint(), exact()]) {
      const adaptive = new AdaptiveModel(model, { learningRate: 0.03, gradient, pieceLength: 8 })
      const first = await adaptive.read(text)
      expect(first.tokenLosses).toHaveLength(text.length - 1)
      const second = await adaptive.read(text)
      expect(second.tokenLosses).toHaveLength(text.length)
      expect(second.loss).toBeLessThan(0.7 * first.loss)
      expect(adaptive.tokensRead).toBe(180)
      adaptive.dispose()
    }
  })

  it('predicts the first piece as the inner model does, and the second as a training step leaves it', async () => {
    const adaptive = new AdaptiveModel(model, { learningRate: 0.05, pieceLength: 10 })
    const { tokenLosses } = await adaptive.read(text.slice(0, 20))
    const [score] = await scoreTokens(model, text.slice(0, 10))
    expectClose(tokenLosses.subarray(0, 9), score!.tokenLosses, { absolute: 1e-5 })
    const step = await trainingStep(model, text.slice(0, 20), { trainLength: 10, learningRate: 0.05 })
    expectClose(tokenLosses.subarray(9), step.sequences[0]!.tokenLossesAfter, { absolute: 1e-3 })
    step.dispose()
    adaptive.dispose()
  })

  it('does not care how the text is handed over, as long as pieces end at the same places', async () => {
    const options = { learningRate: 0.05, pieceLength: 6 }
    const whole = new AdaptiveModel(model, options)
    const parts = new AdaptiveModel(model, options)
    const { tokenLosses } = await whole.read(text.slice(0, 36))
    const losses: number[] = []
    for (const [start, end] of [
      [0, 6],
      [6, 24],
      [24, 24],
      [24, 36],
    ]) {
      losses.push(...(await parts.read(text.slice(start, end))).tokenLosses)
    }
    expectClose(losses, tokenLosses)
    whole.dispose()
    parts.dispose()
  })

  it('keeps as much as it was told: a bounded context and one copy of what learns', async () => {
    const adaptive = new AdaptiveModel(model, { learningRate: 0.01, pieceLength: 4, contextLength: 12 })
    await adaptive.read(text.slice(0, 30))
    expect(adaptive.context).toEqual(Int32Array.from(text.slice(18, 30)))
    await expectBalancedTensors(async () => {
      await adaptive.read(text.slice(30, 60))
    })
    adaptive.dispose()
  })

  it('gives a loss for every token but the first of all, whatever the lengths', async () => {
    for (const lengths of [
      { contextLength: 2 },
      { contextLength: 8, pieceLength: 7 },
      { contextLength: 24, pieceLength: 1 },
    ]) {
      const adaptive = new AdaptiveModel(model, { learningRate: 0.01, ...lengths })
      expect((await adaptive.read(text.slice(0, 10))).tokenLosses).toHaveLength(9)
      expect((await adaptive.read(text.slice(10, 30))).tokenLosses).toHaveLength(20)
      adaptive.dispose()
    }
  })

  it('looks at half of its positions at least when more is to be written than they hold', async () => {
    const adaptive = new AdaptiveModel(model, { learningRate: 0, pieceLength: 8 })
    await adaptive.read(text.slice(0, 24))
    const { tokens, stopped } = await adaptive.generate([], { temperature: 0, maxNewTokens: 100 })
    const [next] = (await adaptive.adapted.generate(text.slice(12, 24), { temperature: 0, maxNewTokens: 1 }))
      .tokens
    expect(tokens[0]).toBe(next)
    expect(tokens).toHaveLength(13)
    expect(stopped).toBe('contextFull')
    adaptive.dispose()
  })

  it('generates from what it has learned, and learns nothing from that', async () => {
    await expectBalancedTensors(async () => {
      const adaptive = new AdaptiveModel(model, { learningRate: 0.03, pieceLength: 8 })
      for (let round = 0; round < 6; round++) await adaptive.read(text.slice(0, 80))
      const { tokens } = await adaptive.generate([], { temperature: 0, maxNewTokens: 8 })
      expect(tokens).toEqual([3, 1, 4, 1, 5, 9, 2, 6])
      expect(adaptive.tokensRead).toBe(480)
      adaptive.dispose()
    })
  })

  it('keeps the pieces that were read before a stop, and none of the one after it', async () => {
    await expectBalancedTensors(async () => {
      const adaptive = new AdaptiveModel(model, { learningRate: 0.05, pieceLength: 6 })
      const control = new AdaptiveModel(model, { learningRate: 0.05, pieceLength: 6 })
      await adaptive.read(text.slice(0, 12))
      const signal = AbortSignal.abort(new Error('enough'))
      await expect(adaptive.read(text.slice(12, 24), { signal })).rejects.toThrow('enough')
      await control.read(text.slice(0, 12))
      const next = await adaptive.read(text.slice(12, 24))
      expectClose(next.tokenLosses, (await control.read(text.slice(12, 24))).tokenLosses)
      adaptive.dispose()
      control.dispose()
    })
  })

  it('reports a rate that breaks it', async () => {
    await expectBalancedTensors(async () => {
      const adaptive = new AdaptiveModel(model, { learningRate: 1e30, pieceLength: 6 })
      await expect(adaptive.read(text)).rejects.toThrow(NotFiniteError)
      adaptive.dispose()
    })
  })

  it.each<[string, AdaptiveModelOptions, string]>([
    ['a negative rate', { learningRate: -1 }, 'The learning rate is -1'],
    ['a context longer than the model', { learningRate: 0.1, contextLength: 25 }, 'contextLength is 25'],
    [
      'a piece longer than the context',
      { learningRate: 0.1, contextLength: 8, pieceLength: 9 },
      'pieceLength is 9; expected a whole number of at least 1 and below the context length 8',
    ],
    [
      'a piece that leaves no token before it',
      { learningRate: 0.1, contextLength: 8, pieceLength: 8 },
      'pieceLength is 8',
    ],
    ['too many layers', { learningRate: 0.1, layers: 3 }, 'layers is 3'],
  ])('refuses %s', (_, options, words) => {
    expect(() => new AdaptiveModel(model, options)).toThrow(InputError)
    expect(() => new AdaptiveModel(model, options)).toThrow(words)
  })
})

describe('a saved state', () => {
  it('continues exactly as the model would have', async () => {
    await expectBalancedTensors(async () => {
      for (const [inner, gradient] of [
        [model, tint()],
        [other, exact({ lossGradient: 'quad' })],
      ] as const) {
        const adaptive = new AdaptiveModel(inner, { learningRate: 0.02, gradient, pieceLength: 7, layers: 1 })
        await adaptive.read(text.slice(0, 30))
        const path = join(folder, 'state.safetensors')
        await saveAdaptiveModel(adaptive, path)
        const loaded = await loadAdaptiveModel(inner, path)
        expect(loaded.settings).toEqual(adaptive.settings)
        expect(loaded.tokensRead).toBe(30)
        const right = await adaptive.read(text.slice(30, 60))
        expectClose((await loaded.read(text.slice(30, 60))).tokenLosses, right.tokenLosses)
        adaptive.dispose()
        loaded.dispose()
      }
    })
  })

  it('that was changed is refused, naming what is wrong', async () => {
    const adaptive = new AdaptiveModel(model, { learningRate: 0.02, contextLength: 12, pieceLength: 6 })
    await adaptive.read(text.slice(0, 30))
    const path = join(folder, 'right.safetensors')
    await saveAdaptiveModel(adaptive, path)
    adaptive.dispose()
    const file = await openFileSource(path)
    const { metadata, tensors } = await readSafetensorsHeader(file)
    const [[name, entry]] = tensors as unknown as [[string, { shape: number[] }]]
    await file.close()
    const changed = join(folder, 'changed.safetensors')
    const state = JSON.parse(metadata.get('tint-adaptive-state')!)
    const write = (tensor: { name: string; shape: number[] }, change: object) =>
      writeSafetensorsFile(
        changed,
        [{ ...tensor, data: new Float32Array(tensor.shape.reduce((size, axis) => size * axis, 1)) }],
        { metadata: { 'tint-adaptive-state': JSON.stringify({ ...state, ...change }) } },
      )
    await expectBalancedTensors(async () => {
      await write({ name, shape: [...entry.shape, 1] }, {})
      await expect(loadAdaptiveModel(model, changed)).rejects.toThrow(`${name} in ${changed} has shape [`)
      await write({ name: 'none', shape: [1] }, {})
      await expect(loadAdaptiveModel(model, changed)).rejects.toThrow('which this model does not have')
      await write({ name, shape: entry.shape }, { context: [1, 13] })
      await expect(loadAdaptiveModel(model, changed)).rejects.toThrow('the token id 13 in its context')
      await write({ name, shape: entry.shape }, { context: Array(13).fill(1) })
      await expect(loadAdaptiveModel(model, changed)).rejects.toThrow(
        '13 tokens of context; expected at most 12',
      )
      await write({ name, shape: entry.shape }, { settings: { ...state.settings, pieceLength: 12 } })
      await expect(loadAdaptiveModel(model, changed)).rejects.toThrow('pieceLength is 12')
    })
  })

  it('of another model, or no state at all, is refused', async () => {
    await expectBalancedTensors(async () => {
      const adaptive = new AdaptiveModel(model, { learningRate: 0.02 })
      await adaptive.read(text.slice(0, 30))
      const path = join(folder, 'mine.safetensors')
      await saveAdaptiveModel(adaptive, path)
      adaptive.dispose()
      await expect(loadAdaptiveModel(other, path)).rejects.toThrow('saved with another inner model')
      // The same configuration, other weights.
      const sibling = initialiseInnerModel(gpt2, gpt2Config, 5)
      await expect(loadAdaptiveModel(sibling, path)).rejects.toThrow('saved with another inner model')
      sibling.dispose()
      const plain = join(folder, 'plain.safetensors')
      await writeSafetensorsFile(plain, [{ name: 'x', shape: [1], data: Float32Array.of(1) }])
      await expect(loadAdaptiveModel(model, plain)).rejects.toThrow('no saved state of an adaptive model')
      await writeSafetensorsFile(plain, [], { metadata: { 'tint-adaptive-state': '{"format": 3}' } })
      await expect(loadAdaptiveModel(model, plain)).rejects.toThrow('is damaged: format')
      await writeFile(plain, 'nothing')
      await expect(loadAdaptiveModel(model, plain)).rejects.toThrow('plain.safetensors')
    })
  })
})
