import { constructTint, planTint } from '@tintjs/construct'
import { checkInputs, loadInnerModel, predictionRows } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StepChoices } from '../protocol/choices'
import { tasks } from '../protocol/tasks'
import { describeFilm } from './film'
import { currentModel, replaceModel } from './loaded-model'
import type { TaskContext } from './performers'
import { stateAtCell } from './state-at-cell'

const { folder, inputIds } = goldenCaseNamed('gpt2-one-step')
const ids = Int32Array.from(inputIds[0]!.slice(0, 8))

const choices: StepChoices = {
  share: 0.7,
  learningRate: 1e-3,
  steps: 1,
  layers: 'all',
  gradient: 'tint',
  derivative: 'usual',
  lossGradient: 'softmax',
}

const context: TaskContext = { signal: new AbortController().signal, report: () => undefined }

beforeAll(async () => {
  await useEngine('wasm')
  const model = await loadInnerModel(folderSource(folder), { adapters: [gpt2] })
  replaceModel({ name: 'golden case', model, tokenizer: undefined })
})
afterAll(() => replaceModel(undefined))

/** What the literal execution runs, in its order. */
async function runModules(layers: number): Promise<string[]> {
  const { model } = currentModel()
  const simulator = constructTint(model, planTint(model.description, { maxLength: ids.length }))
  const inputs = checkInputs(model.description, ids)
  const seen: string[] = []
  const step = simulator.start({
    inputs,
    train: predictionRows(inputs, [0], (_, token) => token >= 1 && token < 6),
    learnedPositions: 5,
    learningRate: 1e-3,
    layers,
    onModule: ({ call }) => void seen.push(`${call.module.kind} of ${call.layer}`),
  })
  const first = await step.forward(true)
  await step.learn()
  const last = await step.forward(false)
  first.dispose()
  last.dispose()
  step.dispose()
  simulator.dispose()
  return seen
}

describe('the film strip', () => {
  it.each([
    ['all', 3],
    [2, 2],
  ] as const)('has the modules that run, in their order, where %s layers learn', async (chosen, layers) => {
    const film = await describeFilm({ choices: { ...choices, layers: chosen } })
    expect(tasks.film.output.parse(film)).toEqual(film)
    const kinds = film.cells.map(({ module, layer }) => `${film.modules[module]!.kind} of ${layer}`)
    expect(kinds).toEqual(await runModules(layers))
    expect(film.cells.map(({ index }) => index)).toEqual([...film.cells.keys()])
    expect(film.rows).toEqual(['layer 1', 'layer 2', 'layer 3', 'final norm', 'loss'])
  })

  it('takes the usual derivative where a simulator has none', async () => {
    const { derivative } = await describeFilm({ choices: { ...choices, derivative: 'analytic' } })
    expect(derivative).toBe('central:100')
  })
})

describe('the state at a cell', () => {
  const input = (cell: number) => ({ text: [...ids].join(' '), choices, cell, tokens: 8 })

  it('is that of a descent: prefixes change, tokens do not', async () => {
    const film = await describeFilm({ choices })
    const descent = film.cells.find(({ module }) => film.modules[module]!.kind === 'linear descent')!
    await expectBalancedTensors(async () => {
      const state = await stateAtCell(input(descent.index), context)
      const prefixes = state.prefixTokens * state.columns
      expect(state.before).toHaveLength((state.prefixTokens + state.tokens.length) * state.columns)
      // The last targets are predicted from one token less.
      expect([state.trainLength, state.tokens.length]).toEqual([6, 5])
      expect(state.after.subarray(0, prefixes)).not.toEqual(state.before.subarray(0, prefixes))
      expect(state.after.subarray(prefixes)).toEqual(state.before.subarray(prefixes))
    })
  })

  it('is there for the first and the last cell, and for none beyond', async () => {
    const { cells } = await describeFilm({ choices })
    await expectBalancedTensors(async () => {
      for (const cell of [0, cells.length - 1]) {
        const { before, after } = await stateAtCell(input(cell), context)
        expect(after).not.toEqual(before)
      }
      await expect(stateAtCell(input(cells.length), context)).rejects.toThrow(
        `There is no module ${cells.length} in this pass, which has ${cells.length}`,
      )
    })
  })

  it('frees everything when it is stopped', async () => {
    const stopped = { ...context, signal: AbortSignal.abort(new Error('stopped')) }
    await expectBalancedTensors(async () => {
      await expect(stateAtCell(input(10), stopped)).rejects.toThrow('stopped')
    })
  })
})
