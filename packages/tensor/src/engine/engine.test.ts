import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { EngineError } from '../errors'
import { expectBalancedTensors } from '../testing'
import { currentEngine, type EngineProvider, requireEngine, startEngine } from './engine'
import { measureMatrixProductRate } from './measure'
import { nodeEngines, useEngine } from './node'

const engine = process.env.TINT_ENGINE as 'tensorflow' | 'wasm'

const missing: EngineProvider = {
  name: 'tensorflow',
  unavailable: async () => ({ problem: 'it is not there.', commands: ['get it', 'build it'] }),
  start: () => Promise.reject(new Error('must not be started')),
}

const broken: EngineProvider = {
  name: 'wasm',
  unavailable: async () => undefined,
  start: () => Promise.reject(new EngineError('it is broken.', { commands: ['mend it'] })),
}

describe('requireEngine', () => {
  it('says what to call where nothing was started', async () => {
    expect(requireEngine).toThrow(EngineError)
    expect(requireEngine).toThrow('call await useEngine()')
    await useEngine(engine)
    requireEngine()
  })
})

describe('useEngine', () => {
  it('refuses a name that it does not know', async () => {
    await expect(useEngine('native' as 'wasm')).rejects.toThrow(
      'There is no engine "native"; expected auto, tensorflow, wasm, cpu.',
    )
  })

  it('leaves the listeners of the process as they were', async () => {
    const count = () =>
      process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')
    const before = count()
    await useEngine(engine)
    expect(count()).toBe(before)
  })

  it('starts the engine of a name and describes it', async () => {
    const description = await useEngine(engine)
    expect(description).toMatchObject({ name: engine, device: 'CPU' })
    expect(description.version).toMatch(/^\d+\.\d+/)
    expect(description.threads).toBeGreaterThanOrEqual(1)
    expect(currentEngine()).toEqual(description)
    expect(tf.getBackend()).toBe(engine)
  })

  it('falls through to the next provider where one cannot run', async () => {
    const { name, passedOver } = await startEngine([missing, broken, nodeEngines()[engine]])
    expect(name).toBe(engine)
    expect(passedOver).toEqual([
      { engine: 'tensorflow', problem: 'it is not there.', commands: ['get it', 'build it'] },
      { engine: 'wasm', problem: 'it is broken.', commands: ['mend it'] },
    ])
  })

  it('does not hide what is no failure of an engine', async () => {
    const bug = { ...broken, start: () => Promise.reject(new RangeError('bug')) }
    await expect(startEngine([bug, nodeEngines()[engine]])).rejects.toThrow(RangeError)
  })

  it('says why each provider cannot run', async () => {
    await expect(startEngine([missing, broken])).rejects.toThrow(
      new EngineError(
        'No engine can run here. tensorflow: it is not there. Run "get it", then "build it". wasm: it is broken. Run "mend it".',
      ),
    )
  })

  it('computes in plain JavaScript too', async () => {
    expect((await useEngine('cpu')).name).toBe('cpu')
    const two = tf.add(tf.scalar(1), tf.scalar(1))
    expect(two.dataSync()[0]).toBe(2)
    await useEngine(engine)
  })
})

describe('measureMatrixProductRate', () => {
  it('gives a rate and leaves no tensor behind', async () => {
    await useEngine(engine)
    await expectBalancedTensors(async () => {
      expect(await measureMatrixProductRate(64, 3)).toBeGreaterThan(0)
    })
  })
})
