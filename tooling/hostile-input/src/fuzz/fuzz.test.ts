import { useEngine } from '@tintjs/tensor/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { readInput, TargetFuzzer } from './fuzz-target'
import { targets } from './targets'

beforeAll(async () => {
  await useEngine('cpu')
})

describe.each(targets)('the fuzzer of $name', (target) => {
  it('begins with files that can be read', async () => {
    const seeds = await target.seeds()
    expect(seeds.length).toBeGreaterThan(0)
    for (const seed of seeds) await readInput(target, seed)
  })

  it('finds nothing among its first inputs', async () => {
    const fuzzer = new TargetFuzzer(target)
    const finding = await fuzzer.round(1, 100)
    expect(finding && { ...finding, input: Buffer.from(finding.input).toString('base64') }).toBeUndefined()
    // It is no use where everything fails at the first check.
    expect(fuzzer.outcomes).toBeGreaterThan(2)
  })
})

describe('the fuzzer itself', () => {
  const target = {
    name: 'faulty',
    format: 'json' as const,
    seeds: async () => [new TextEncoder().encode('{"a":1,"b":[2]}')],
    read: async (input: Uint8Array) => {
      const text = new TextDecoder().decode(input)
      if (text.includes('__proto__')) throw new TypeError('found')
      return 0
    },
  }

  it('finds an error of another kind, with the input that gives it, and the same one again', async () => {
    const found = async () => new TargetFuzzer(target).round(7, 500)
    const finding = await found()
    expect(finding).toMatchObject({ target: 'faulty', problem: expect.stringContaining('TypeError: found') })
    await expect(readInput(target, finding!.input)).rejects.toThrow('TypeError: found')
    expect((await found())!.input).toEqual(finding!.input)
  })
})
