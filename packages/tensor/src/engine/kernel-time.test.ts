import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useEngine } from '../node'
import { expectBalancedTensors } from '../testing'
import { measureKernelTimes, measureProductTime } from './kernel-time'

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe('measuring the time of matrix products', () => {
  it('counts products and nothing else, and leaves the engine as it was', async () => {
    await expectBalancedTensors(async () => {
      const kernel = tf.getKernel('BatchMatMul', tf.getBackend())
      const x = tf.randomNormal([64, 64]) as tf.Tensor2D
      const without = await measureProductTime(async () => tf.dispose(tf.exp(x)))
      const within = await measureProductTime(async () => tf.matMul(x, x))
      expect(without.productSeconds).toBe(0)
      expect(within.productSeconds).toBeGreaterThan(0)
      expect(within.productSeconds).toBeLessThanOrEqual(within.seconds)
      expect(tf.getKernel('BatchMatMul', tf.getBackend())).toBe(kernel)
      tf.dispose([x, within.result])
    })
  })

  it('leaves the engine as it was after a failure too', async () => {
    const kernel = tf.getKernel('BatchMatMul', tf.getBackend())
    const failing = measureProductTime(() => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    expect(tf.getKernel('BatchMatMul', tf.getBackend())).toBe(kernel)
  })
})

describe('measuring the time of all kernels', () => {
  it('counts the calls of each, the longest first, and leaves the engine as it was', async () => {
    await expectBalancedTensors(async () => {
      const kernels = tf.getKernelsForBackend(tf.getBackend())
      const x = tf.randomNormal([64, 64]) as tf.Tensor2D
      const { result, seconds, kernelTimes } = await measureKernelTimes(async () =>
        tf.tidy(() => tf.add(tf.exp(tf.exp(x)), tf.matMul(x, x))),
      )
      const calls = Object.fromEntries(kernelTimes.map((kernel) => [kernel.name, kernel.calls]))
      expect(calls).toMatchObject({ Exp: 2, Add: 1, BatchMatMul: 1 })
      const times = kernelTimes.map((kernel) => kernel.seconds)
      expect(times).toEqual(times.toSorted((left, right) => right - left))
      expect(times.every((time) => time >= 0)).toBe(true)
      expect(times.reduce((total, time) => total + time, 0)).toBeLessThanOrEqual(seconds)
      expect(tf.getKernelsForBackend(tf.getBackend())).toEqual(kernels)
      tf.dispose([x, result])
    })
  })
})
