import type { InnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFixture } from '../fixture'
import { fixtureSubject } from '../subject'
import { exactGradients, expectSlopes, type WeightGradient } from './gradient'

const subject = fixtureSubject(gpt2, readFixture(goldenCaseNamed('gpt2-gelu-exact').folder))
const tokens = subject.tokens[0]!
let model: InnerModel
let right: WeightGradient[]

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  model = await subject.load()
  right = await exactGradients(model, tokens, subject.options)
})
afterAll(() => model.dispose())

/** The gradients of one weight, changed. */
const with1 = (name: string, change: (value: number, index: number) => number) =>
  right
    .filter(({ reference }) => reference.name.endsWith(name))
    .slice(0, 1)
    .map(({ reference, gradient }) => ({ reference, gradient: gradient.map(change) }))

describe('slopes of the loss', () => {
  it('are those that the exact gradient says, and leave weights and tensors as they were', async () => {
    const [{ reference }] = right as [WeightGradient]
    const before = await model.weights.get(reference).data()
    await expectBalancedTensors(() => expectSlopes(model, tokens, subject.options, right))
    expect(await model.weights.get(reference).data()).toEqual(before)
  })

  it.each<[string, (value: number, index: number) => number]>([
    ['is twentieth too large', (value) => 1.05 * value],
    ['has the wrong sign', (value) => -value],
    ['lacks all but one row', (value, index) => (index < 64 ? value : 0)],
    ['is spread over the wrong numbers', (_, index) => right[2]?.gradient[(index + 7) % 4096] ?? 0],
  ])('show a gradient that %s', async (_, change) => {
    for (const name of ['c_fc.weight', 'c_proj.weight']) {
      const checking = expectSlopes(model, tokens, subject.options, with1(name, change))
      await expect(checking).rejects.toThrow('the loss has slope')
    }
  })
})
