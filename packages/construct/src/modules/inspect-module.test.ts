import * as tf from '@tensorflow/tfjs-core'
import { initialiseInnerModel } from '@tintjs/inner'
import { opt, optShapes } from '@tintjs/inner-opt'
import { useEngine } from '@tintjs/tensor/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { planTint } from '../plan/plan-tint'
import { runModule } from '../program/run-block'
import { constructTint, designTint, distinctModules } from '../simulator'
import { denseState } from '../state/dense-state'
import { executionOf, randomState } from '../test-support/small-models'
import { type CoordinateRange, inspectModule } from './inspect-module'

describe('inspectModule', () => {
  it('tells operators, coordinates and parameters of OPT-125M, as docs/construction.md has them', () => {
    const description = opt.describe(optShapes['opt-125m'])
    const plan = planTint(description)
    const modules = distinctModules(designTint(description, plan))
    const inspected = modules.map((module) => inspectModule(module, plan.dimensions))
    expect(inspected.find(({ kind }) => kind === 'linear forward')).toEqual({
      kind: 'linear forward',
      operators: ['crossHeadLinear', 'linearAttention'],
      reads: [
        { name: 'input', at: 'tokens', from: 0, to: 768 },
        { name: 'rows', at: 'prefixes', from: 0, to: 2304 },
        { name: 'bias', at: 'prefixes', from: 2304, to: 3072 },
      ],
      writes: [
        { name: 'output', at: 'tokens', from: 0, to: 768 },
        { name: 'memory', at: 'tokens', from: 2304, to: 3072 },
      ],
      parameters: 1_376_280,
    })
    // A norm's scale does not learn by default, so that its descent leaves the rows alone.
    expect(inspected.find(({ kind }) => kind === 'norm descent')?.writes).toEqual([
      { name: 'bias', at: 'prefixes', from: 2304, to: 3072 },
    ])
  })

  describe('on a state', () => {
    beforeAll(async () => {
      await useEngine(process.env.TINT_ENGINE as 'wasm')
    })

    it('names all prefix coordinates that change, and everything else stays', async () => {
      const model = initialiseInnerModel(
        opt,
        {
          model_type: 'opt',
          hidden_size: 24,
          num_attention_heads: 2,
          num_hidden_layers: 1,
          ffn_dim: 30,
          max_position_embeddings: 12,
          vocab_size: 17,
        },
        3,
      )
      const simulator = constructTint(model, planTint(model.description))
      const execution = executionOf(simulator, 5)
      const size = { batch: 1, tokens: 5 }
      for (const module of simulator.modules) {
        const before = randomState(module, execution, 1, 7)
        const [old, changed] = tf.tidy(() =>
          [before, runModule(module, before, execution)].map((state) =>
            denseState(state, simulator.dimensions, size),
          ),
        ) as [tf.Tensor3D, tf.Tensor3D]
        const { prefixTokens, hiddenSize } = simulator.dimensions
        const [from, to] = await Promise.all([old.data(), changed.data()])
        const { writes } = inspectModule(module, simulator.dimensions)
        const named = coordinatesOf(writes.filter(({ at }) => at === 'prefixes'))
        const found = new Set<number>()
        for (let index = 0; index < prefixTokens * hiddenSize; index++) {
          if (from[index] !== to[index]) found.add(index % hiddenSize)
        }
        expect([...found].sort((first, second) => first - second)).toEqual(named)
        tf.dispose([old, changed, Object.values(before.prefixes), before.tokens.filter(Boolean)] as never)
      }
      execution.attention.dispose()
      simulator.dispose()
      model.dispose()
    })
  })
})

function coordinatesOf(ranges: readonly CoordinateRange[]): number[] {
  return ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index))
}
