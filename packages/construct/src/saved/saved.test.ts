import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import {
  allParameters,
  frozenParameters,
  groupByTensor,
  loadInnerModel,
  memorySource,
  modelLogits,
  parameterShape,
  readParameter,
  tint,
} from '@tintjs/inner'
import { folderSource, hashModel } from '@tintjs/inner/node'
import { readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource, useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  constructTint,
  densePrefixes,
  distinctModules,
  planTint,
  prefixSources,
  type TintSimulator,
} from '../index'
import { loadTint, saveTint } from '../node'
import { materialiseStep, stepParameters } from '../operators/operator'
import {
  adapters,
  literalStep,
  randomSimulator,
  readFolder,
  removeFolder,
  smallConfig,
  temporaryFolder,
} from './test-support'

let folder: string
let places = 0
const place = () => join(folder, `simulator-${places++}`)
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  folder = temporaryFolder()
})
afterAll(() => removeFolder(folder))

const tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** Every number of a simulator's prefixes, and in which form they are held. */
async function prefixNumbers({ program, prefixes, dimensions }: TintSimulator) {
  const numbers: Record<string, unknown> = {}
  for (const source of prefixSources(program)) {
    const state = prefixes.get(source)
    const dense = densePrefixes(state, dimensions)
    numbers[source.name] = { data: await dense.data(), rows: state.rows?.shape, bias: state.bias?.shape }
    dense.dispose()
  }
  return numbers
}

async function readTensors(path: string) {
  const file = await openFileSource(path)
  const { tensors } = await readSafetensorsHeader(file)
  const values = new Map<string, { shape: readonly number[]; data: Float32Array }>()
  for (const [name, entry] of tensors)
    values.set(name, { shape: entry.shape, data: await readTensorData(file, entry) })
  await file.close()
  return values
}

/** Saves, loads, and compares all that can be seen, to the last bit. */
async function expectSame(simulator: TintSimulator, input: readonly (readonly number[])[]): Promise<void> {
  const saved = place()
  await saveTint(simulator, saved)
  const loaded = await loadTint(saved, { adapters })
  try {
    expect(loaded.simulator.model).toBe(loaded.model)
    expect(loaded.simulator.dimensions).toEqual(simulator.dimensions)
    expect(loaded.simulator.gradient).toEqual(simulator.gradient)
    expect(loaded.simulator.updateNormWeights).toBe(simulator.updateNormWeights)
    expect(loaded.simulator.program).toEqual(simulator.program)
    expect(loaded.model.description).toEqual(simulator.model.description)
    expect(loaded.model.config).toEqual(simulator.model.config)
    expect(await hashModel(loaded.model)).toBe(await hashModel(simulator.model))
    expect(await prefixNumbers(loaded.simulator)).toEqual(await prefixNumbers(simulator))
    expect(await literalStep(loaded.simulator, input)).toEqual(await literalStep(simulator, input))
  } finally {
    loaded.dispose()
  }
}

describe('a simulator that was saved and loaded', () => {
  it.each(['gpt2-one-step', 'opt-no-bias', 'opt-post-norm-projected-embeddings'])(
    'is the same, and so are its step and its model: %s',
    async (name) => {
      await expectBalancedTensors(async () => {
        const golden = goldenCaseNamed(name)
        const model = await loadInnerModel(folderSource(golden.folder), { adapters })
        const simulator = constructTint(model, planTint(model.description))
        try {
          await expectSame(simulator, golden.inputIds)
          const saved = place()
          await saveTint(simulator, saved)
          const loaded = await loadTint(saved, { adapters })
          const [before, after] = [
            await modelLogits(model, golden.inputIds),
            await modelLogits(loaded.model, golden.inputIds),
          ]
          expect(await after.data()).toEqual(await before.data())
          tf.dispose([before, after])
          loaded.dispose()
        } finally {
          simulator.dispose()
          model.dispose()
        }
      })
    },
  )

  it('is the same for small models of all shapes, with every approximation', async () => {
    const gpt2Model = fc.record({
      model_type: fc.constant('gpt2'),
      n_layer: fc.integer({ min: 1, max: 2 }),
      n_inner: fc.integer({ min: 3, max: 40 }),
      activation_function: fc.constantFrom('relu', 'gelu_new', 'tanh'),
      tie_word_embeddings: fc.boolean(),
      scale_attn_by_inverse_layer_idx: fc.boolean(),
    })
    const optModel = fc.record({
      model_type: fc.constant('opt'),
      num_hidden_layers: fc.integer({ min: 1, max: 2 }),
      ffn_dim: fc.integer({ min: 3, max: 40 }),
      word_embed_proj_dim: fc.constantFrom(5, null),
      do_layer_norm_before: fc.boolean(),
      layer_norm_elementwise_affine: fc.boolean(),
      enable_bias: fc.boolean(),
      tie_word_embeddings: fc.boolean(),
    })
    const shape = fc.constantFrom([12, 2, 4], [12, 3, 2], [8, 2, 2], [6, 1, 1])
    const options = fc.record({
      gradient: fc
        .record({
          derivative: fc.constantFrom(
            { kind: 'central', scale: 100 } as const,
            { kind: 'forward', scale: 0.3 } as const,
          ),
          lossGradient: fc.constantFrom('softmax' as const, 'quad' as const, 'target' as const),
          compatibility: fc.constantFrom('authors-code' as const, undefined),
        })
        .map(tint),
      updateNormWeights: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(gpt2Model, optModel),
        shape,
        options,
        async (fields, [width, heads, prefixTokens], chosen) => {
          const sizes =
            fields.model_type === 'gpt2'
              ? { n_embd: width, n_head: heads, n_positions: 24 }
              : { hidden_size: width, num_attention_heads: heads, max_position_embeddings: 24 }
          const config = { ...fields, ...sizes, vocab_size: 17 }
          await expectBalancedTensors(async () => {
            const { simulator, dispose } = randomSimulator(config, {
              plan: { prefixTokens, maxLength: 7 },
              options: chosen,
            })
            try {
              await expectSame(simulator, [tokens.slice(0, 6), tokens.slice(2, 8)])
            } finally {
              dispose()
            }
          })
        },
      ),
      { numRuns: 12 },
    )
  })

  it('loads from files in memory too, with numbers that are easily lost: -0, infinity, the smallest', async () => {
    const { model, simulator: first, dispose } = randomSimulator(smallConfig)
    for (const reference of allParameters(model.description)) {
      const values = model.weights.get(reference).dataSync().slice() as Float32Array
      values.set([-0, Number.POSITIVE_INFINITY, 1e-45])
      model.weights.set(reference, tf.tensor(values, parameterShape(reference)))
    }
    first.dispose()
    const simulator = constructTint(model, planTint(model.description))
    const saved = place()
    await saveTint(simulator, saved)
    const loaded = await loadTint(memorySource('dropped files', readFolder(saved)), { adapters })
    for (const reference of allParameters(model.description)) {
      const own = loaded.model.description
      const twin = allParameters(own)[allParameters(model.description).indexOf(reference)]!
      const [expected, found] = [model.weights.get(reference), loaded.model.weights.get(twin)]
      expect(bits(found)).toEqual(bits(expected))
    }
    loaded.dispose()
    simulator.dispose()
    dispose()
  })
})

const bits = (tensor: tf.Tensor) => new Uint32Array(Float32Array.from(tensor.dataSync()).buffer)

describe('the folder', () => {
  it('tells another program everything: plan, structure, prefixes and frozen weights in their layout', async () => {
    const { model, simulator, dispose } = randomSimulator(smallConfig, { plan: { prefixTokens: 4 } })
    const saved = place()
    await saveTint(simulator, saved, { source: 'somebody/small', revision: 'abc' })
    expect(readdirSync(saved).sort()).toEqual([
      'config.json',
      'frozen.safetensors',
      'prefixes.safetensors',
      'structure.json',
      'tint.json',
    ])
    const json = (name: string) => JSON.parse(readFileSync(join(saved, name), 'utf8'))
    expect(json('config.json')).toEqual(smallConfig)
    expect(json('tint.json')).toMatchObject({
      format: 'tint-simulator',
      version: 1,
      package: '0.0.0',
      dimensions: simulator.dimensions,
      approximations: {
        attentionGradient: 'value',
        derivative: 'central:100',
        lossGradient: 'softmax',
        updateNormWeights: false,
      },
      model: {
        family: 'gpt2',
        source: 'somebody/small',
        revision: 'abc',
        sha256: await hashModel(model),
      },
    })
    const { modules, blocks, loss } = json('structure.json')
    expect(modules[loss].kind).toBe('loss gradient')
    const call = blocks[1].forward.find(
      ({ layer }: { layer?: string }) => layer === 'transformer.h.1.mlp.c_fc',
    )
    expect(modules[call.module]).toMatchObject({ kind: 'linear forward', inputs: { input: 0 } })
    expect(call.prefixes).toBe('transformer.h.1.mlp.c_fc[0,0]')

    const prefixes = await readTensors(join(saved, 'prefixes.safetensors'))
    expect([...prefixes.keys()].sort()).toEqual(
      prefixSources(simulator.program)
        .map(({ name }) => name)
        .sort(),
    )
    // Prefix 1 of 4 has row 2 * 4 + 1 in slot 2, of the matrix that GPT-2 keeps transposed.
    const source = prefixSources(simulator.program).find(
      ({ name }) => name === 'transformer.h.0.attn.c_proj',
    )!
    const matrix = model.weights.get(source.leaf.kind === 'linear' ? source.leaf.weight : source.leaf.scale!)
    const { shape, data } = prefixes.get(source.name)!
    expect(shape).toEqual([4, 48])
    expect(data.slice(48 + 24, 48 + 36)).toEqual(matrix.dataSync().slice(9 * 12, 10 * 12))

    const frozen = await readTensors(join(saved, 'frozen.safetensors'))
    for (const [name, references] of groupByTensor(frozenParameters(model.description))) {
      const { shape: storedShape, data: stored } = frozen.get(name)!
      const read = tf.tidy(() => readParameter(tf.tensor(stored, [...storedShape]), references[0]!))
      expect(read.dataSync()).toEqual(model.weights.get(references[0]!).dataSync())
      read.dispose()
    }
    dispose()
  })

  it('has the dense matrices of all distinct modules when they are asked for, and still loads', async () => {
    const { simulator, dispose } = randomSimulator(smallConfig, {
      plan: { prefixTokens: 4 },
      options: { updateNormWeights: true },
    })
    const saved = place()
    await saveTint(simulator, saved, { dense: true })
    const dense = await readTensors(join(saved, 'dense.safetensors'))
    let compared = 0
    for (const [index, { steps }] of distinctModules(simulator.program).entries()) {
      for (const [position, step] of steps.entries()) {
        const matrices = materialiseStep(step, { dimensions: simulator.dimensions, learningRate: 1 })
        for (const [parameter, shape] of Object.entries(stepParameters(step, simulator.dimensions))) {
          const found = dense.get(`${index}.${position}.${parameter}`)!
          expect(found.shape).toEqual(shape)
          expect(found.data).toEqual(matrices[parameter]!.dataSync())
          compared++
        }
        tf.dispose(matrices)
      }
    }
    expect(dense.size).toBe(compared)
    const loaded = await loadTint(saved, { adapters })
    loaded.dispose()
    dispose()
  })
})

describe('memory', () => {
  it('holds one tensor more while saving, and no more than the model and one leaf while loading', async () => {
    const { model, simulator, dispose } = randomSimulator(smallConfig)
    const bytesNow = () => tf.memory().numBytes
    const saved = place()
    const before = bytesNow()
    const seen: number[] = []
    const fractions: number[] = []
    await saveTint(simulator, saved, {
      dense: true,
      onProgress: ({ savedBytes, totalBytes }) => {
        seen.push(bytesNow() - before)
        fractions.push(savedBytes / totalBytes)
      },
    })
    expect(Math.max(...seen)).toBe(0)
    expect(fractions.length).toBeGreaterThan(20)
    expect(fractions.at(-1)).toBe(1)
    expect(fractions).toEqual(fractions.toSorted((first, second) => first - second))

    const modelBytes = allParameters(model.description).reduce(
      (total, reference) => total + model.weights.get(reference).size * 4,
      0,
    )
    const { prefixTokens, hiddenSize, width } = simulator.dimensions
    const chunks = Math.ceil(smallConfig.n_inner / width)
    const leafBytes = 3 * chunks * prefixTokens * hiddenSize * 4
    const loading: number[] = []
    let last = 0
    const loaded = await loadTint(saved, {
      adapters,
      onProgress: ({ loadedBytes, totalBytes }) => {
        loading.push(bytesNow() - before)
        last = loadedBytes / totalBytes
      },
    })
    expect(Math.max(...loading)).toBeLessThanOrEqual(modelBytes + leafBytes)
    expect(last).toBeGreaterThan(0.9)
    loaded.dispose()
    dispose()
  })
})
