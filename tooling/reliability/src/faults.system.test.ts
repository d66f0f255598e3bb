import { readdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lastLine, runTint, saysWhy } from './command.mjs'
import { startHub } from './hub.mjs'
import { Places } from './places.mjs'
import { faults, tryFault } from './run-faults.mjs'

const places = new Places()
afterAll(() => places.remove())

describe('faults', () => {
  /** A sample of `pnpm reliability`: the quick ones, and few kills. */
  const sample = ['SIGKILL at random moments: tint evaluate', 'two processes on one', 'deleted during']
  it.each(sample)('%s', async (name) => {
    const [fault] = faults.filter((one) => one.name.includes(name))
    const result = await tryFault(fault!, { kills: 2, seed: Date.now() })
    expect(result.good, result.came).toBe(result.tries)
  })
})

describe('--offline', () => {
  it('asks no hub for an id, and says so; without it the hub is asked', async () => {
    const hub = await startHub(places)
    const env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: places.fresh('cache'), HF_HUB_OFFLINE: '0' }
    const ids = places.fresh('ids.json')
    writeFileSync(ids, '[1,2,3,4]')
    const step = [
      'step',
      '--model',
      'owner/tiny',
      '--input-ids',
      ids,
      '--train-length',
      '3',
      '--learning-rate',
      '1',
    ]
    for (const args of [
      ['inspect', 'owner/tiny'],
      step,
      ['construct', 'owner/tiny', '--output', places.fresh('x')],
    ]) {
      const ended = await runTint([...args, '--offline'], { env })
      expect(saysWhy(ended), ended.stderr).toBe(true)
      expect(lastLine(ended.stderr)).toContain('only local files may be used')
    }
    expect(hub.requests).toEqual([])
    expect(readdirSync(dirname(ids))).toEqual(['ids.json'])
    expect((await runTint(['inspect', 'owner/tiny'], { env })).code).toBe(0)
    expect(hub.requests.length).toBeGreaterThan(0)
    expect((await runTint(['inspect', 'gpt2-nano-bytes', '--offline'], { env })).code).toBe(0)
    await hub.close()
  })
})
