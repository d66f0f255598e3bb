import '@tensorflow/tfjs-backend-cpu'
import { memory, scalar, setBackend, type Tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectBalancedTensors } from '../testing'

let extra: Tensor[] = []
const keep = (value: number) => extra.push(scalar(value))

beforeAll(async () => {
  await setBackend('cpu')
})
afterEach(() => {
  for (const tensor of extra) tensor.dispose()
  extra = []
  expect(memory().numTensors).toBe(0)
})

describe('expectBalancedTensors', () => {
  test('returns what the function returns', async () => {
    expect(await expectBalancedTensors(() => 5)).toBe(5)
    const value = await expectBalancedTensors(async () => {
      const tensor = scalar(6)
      const [number] = await tensor.data()
      tensor.dispose()
      return number
    })
    expect(value).toBe(6)
  })

  test('refuses tensors that are left behind, or disposed of', async () => {
    await expect(expectBalancedTensors(() => keep(1))).rejects.toThrow(
      /1 tensors exist.*expected 0.*1 left behind/,
    )
    await expect(expectBalancedTensors(() => extra.pop()?.dispose())).rejects.toThrow(/1 disposed of/)
  })

  test('rethrows, and checks also then', async () => {
    const failure = new Error('broken')
    const fail = () => {
      throw failure
    }
    await expect(expectBalancedTensors(fail)).rejects.toBe(failure)
    await expect(expectBalancedTensors(async () => fail())).rejects.toBe(failure)
    const leaking = expectBalancedTensors(() => {
      keep(1)
      fail()
    })
    await expect(leaking).rejects.toThrow(/1 left behind; it also failed: Error: broken/)
    await expect(leaking).rejects.toMatchObject({ cause: failure })
  })
})
