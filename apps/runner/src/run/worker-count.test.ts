import { adapters } from '@tintjs/families'
import { describeInnerModel } from '@tintjs/inner'
import { beforeAll, describe, expect, it } from 'vitest'
import { modelSource } from '../models'
import { type RunSizes, workerCount } from './worker-count'

const cpu = { device: 'CPU' } as const
const large = { cores: 8, memory: 64e9 }

let sizes: RunSizes
beforeAll(async () => {
  const { description } = await describeInnerModel(await modelSource('gpt2-nano-bytes'), {
    adapters,
  })
  sizes = { plan: { unitCount: 100, cost: () => 32 }, description, length: 512, batch: 8 }
})

describe('workerCount', () => {
  it('takes a process for each core where the run is long and memory holds them', () => {
    expect(workerCount('auto', sizes, cpu, large)).toBe(8)
    expect(workerCount('auto', sizes, cpu, { ...large, cores: 3 })).toBe(3)
  })

  it('takes no more than memory holds, and than there are units', () => {
    const some = workerCount('auto', sizes, cpu, { ...large, memory: 8e9 })
    expect(some).toBeGreaterThan(1)
    expect(some).toBeLessThan(8)
    expect(workerCount('auto', sizes, cpu, { ...large, memory: 1e9 })).toBe(1)
    const long = { unitCount: 3, cost: () => 1000 }
    expect(workerCount('auto', { ...sizes, plan: long }, cpu, large)).toBe(3)
  })

  it('takes this process for a short run, and for a GPU', () => {
    expect(workerCount('auto', { ...sizes, plan: { unitCount: 4, cost: () => 4 } }, cpu, large)).toBe(1)
    expect(workerCount('auto', sizes, { device: 'GPU' }, large)).toBe(1)
  })

  it('takes what it is given', () => {
    expect(workerCount(5, sizes, cpu, { cores: 1, memory: 1e9 })).toBe(5)
  })
})
