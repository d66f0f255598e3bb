import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { initialiseInnerModel, loadInnerModel } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type InputOf, tasks } from '../protocol/tasks'
import { measureApproximations } from './approximations'
import { replaceModel } from './loaded-model'
import type { TaskContext } from './performers'
import { takeStep } from './step'
import { sweepRates } from './sweep'

const { folder, inputIds } = goldenCaseNamed('gpt2-one-step')

const input: InputOf<'step'> = {
  text: inputIds[0]!.slice(0, 20).join(' '),
  choices: {
    share: 0.6,
    learningRate: 1e-3,
    steps: 1,
    layers: 2,
    gradient: 'tint',
    derivative: 'usual',
    lossGradient: 'softmax',
  },
}

function context(signal = new AbortController().signal): TaskContext & { readonly said: string[] } {
  const said: string[] = []
  return { signal, said, report: (doing) => void said.push(doing) }
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length

async function loadGolden(): Promise<void> {
  const model = await loadInnerModel(folderSource(folder), { adapters: [gpt2] })
  replaceModel({ name: 'golden case', model, tokenizer: undefined })
}

beforeAll(async () => {
  await useEngine('wasm')
  await loadGolden()
})
afterAll(() => replaceModel(undefined))

describe('a step', () => {
  it('tells the same losses token by token as it does in one number', async () => {
    await expectBalancedTensors(async () => {
      const step = await takeStep(input, context())
      expect(tasks.step.output.parse(step)).toEqual(step)
      expect(step.trainLength).toBe(12)
      expect(mean(step.before.losses.subarray(12))).toBeCloseTo(step.lossBefore, 5)
      expect(mean(step.after.losses.subarray(12))).toBeCloseTo(step.lossAfter, 5)
    })
  })

  it('tells what was expected, the likeliest first, and how those tokens look', async () => {
    const { before, topCount, tokenTexts } = await takeStep(input, context())
    for (let token = 1; token < 20; token++) {
      const from = token * topCount
      const shares = [...before.topProbabilities.subarray(from, from + topCount)]
      expect(shares).toEqual([...shares].sort((left, right) => right - left))
      expect(shares[0]).toBeLessThanOrEqual(1)
      for (const id of before.topTokens.subarray(from, from + topCount))
        expect(tokenTexts[id]).toBe(String(id))
    }
    // Nothing predicts the first token.
    expect([...before.topProbabilities.subarray(0, topCount)]).toEqual(Array(topCount).fill(0))
  })

  it('keeps its places where a vocabulary has fewer tokens than are told', async () => {
    const config = { ...JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')), vocab_size: 3 }
    const model = initialiseInnerModel(gpt2, config)
    replaceModel({ name: 'three tokens', model, tokenizer: undefined })
    const { before, topCount } = await takeStep({ ...input, text: '0 1 2 0 1 2 0 1 2' }, context())
    for (let token = 1; token < 9; token++) {
      const from = token * topCount
      const shares = before.topProbabilities.subarray(from, from + topCount)
      expect([...before.topTokens.subarray(from, from + 3)].sort()).toEqual([0, 1, 2])
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5)
      expect([...shares.subarray(3)]).toEqual(Array(topCount - 3).fill(0))
    }
    await loadGolden()
  })

  it('tells what moved: nothing in blocks that do not learn, and no queries and keys', async () => {
    const { updates } = await takeStep(input, context())
    expect([...new Set(updates.map(({ block }) => block))]).toEqual([1, 2, null])
    for (const { kind, norm } of updates) {
      const isFixed = /query|key|ln_\w+\.weight/.test(kind)
      expect(norm > 0, kind).toBe(!isFixed)
    }
  })

  it('is stopped between blocks, and frees everything', async () => {
    const stopper = new AbortController()
    const report: TaskContext['report'] = (doing) => {
      if (doing.startsWith('learning')) stopper.abort(new Error('stopped'))
    }
    await expectBalancedTensors(async () => {
      await expect(takeStep(input, { signal: stopper.signal, report })).rejects.toThrow('stopped')
    })
  })
})

describe('a sweep', () => {
  it('has both ways at each rate, and no loss where a rate is too high', async () => {
    const told = context()
    await expectBalancedTensors(async () => {
      const sweep = await sweepRates({ ...input, rates: [1e-3, 1e30] }, told)
      expect(tasks.sweep.output.parse(sweep)).toEqual(sweep)
      const step = await takeStep(input, context())
      expect(sweep.lossBefore).toBe(step.lossBefore)
      expect(sweep.points.map(({ way, rate }) => [way, rate])).toEqual([
        ['exact', 1e-3],
        ['tint', 1e-3],
        ['exact', 1e30],
        ['tint', 1e30],
      ])
      expect(sweep.points[1]?.loss).toBe(step.lossAfter)
      expect(sweep.points.slice(2).map(({ loss }) => loss)).toEqual([null, null])
    })
    expect(told.said).toContain('TinT at rate 0.001: learning: backward and descent')
  })
})

describe('the approximations', () => {
  it('are those of the library, as the page takes them', async () => {
    await expectBalancedTensors(async () => {
      const fidelity = tasks.fidelity.output.parse(await measureApproximations(input, context()))
      expect(fidelity.approximations.map(({ name }) => name)).toContain('TinT')
      expect(fidelity.reference.updateNorm).toBeGreaterThan(0)
    })
  })
})
