import * as tf from '@tensorflow/tfjs-core'

/** What matrix products are to an engine: all of them go through one kernel. */
const matrixProductKernels = ['BatchMatMul', '_FusedMatMul']

/** A result with the time that it took, and how much of it was in matrix products. */
export interface ProductTime<Result> {
  readonly result: Result
  readonly seconds: number
  readonly productSeconds: number
}

/**
 * Runs work and measures how much of its time the engine spends in matrix products. Right for engines that compute when
 * they are called (native on a CPU, WASM, plain JavaScript), not for a GPU.
 *
 * @param work everything that computes meanwhile is measured, so let nothing else run
 */
export async function measureProductTime<Result>(work: () => Promise<Result>): Promise<ProductTime<Result>> {
  const kernels = matrixProductKernels.flatMap((name) => tf.getKernel(name, tf.getBackend()) ?? [])
  const { result, seconds, kernelTimes } = await timeKernels(kernels, work)
  return { result, seconds, productSeconds: kernelTimes.reduce((total, kernel) => total + kernel.seconds, 0) }
}

/** What a kernel took in all of its calls. */
export interface KernelTime {
  /** The kernel's name in tfjs, such as `BatchMatMul`. */
  readonly name: string
  readonly calls: number
  /** Without the kernels that it calls itself. */
  readonly seconds: number
}

/** A result with the time that it took, by kernels. */
export interface KernelTimes<Result> {
  readonly result: Result
  readonly seconds: number
  /** Those that were called, the longest first; what is missing to `seconds` passed outside of all kernels. */
  readonly kernelTimes: readonly KernelTime[]
}

/**
 * Runs work and measures the time of each of the engine's kernels. Right for the engines that
 * {@link measureProductTime} is right for.
 *
 * @param work everything that computes meanwhile is measured, so let nothing else run
 */
export function measureKernelTimes<Result>(work: () => Promise<Result>): Promise<KernelTimes<Result>> {
  return timeKernels(tf.getKernelsForBackend(tf.getBackend()), work)
}

async function timeKernels<Result>(
  kernels: readonly tf.KernelConfig[],
  work: () => Promise<Result>,
): Promise<KernelTimes<Result>> {
  const times = new Map<string, { calls: number; seconds: number }>()
  // Kernels may call others: what those took, for each one that is running.
  const inner: number[] = []
  for (const kernel of kernels) {
    const kernelFunc: tf.KernelFunc = (call) => {
      const begin = performance.now()
      inner.push(0)
      try {
        return kernel.kernelFunc(call)
      } finally {
        const seconds = (performance.now() - begin) / 1000
        const time = times.get(kernel.kernelName) ?? { calls: 0, seconds: 0 }
        time.calls++
        time.seconds += seconds - (inner.pop() ?? 0)
        times.set(kernel.kernelName, time)
        if (inner.length > 0) inner[inner.length - 1] = (inner.at(-1) ?? 0) + seconds
      }
    }
    replaceKernel({ ...kernel, kernelFunc })
  }
  const begin = performance.now()
  try {
    const result = await work()
    const seconds = (performance.now() - begin) / 1000
    const kernelTimes = [...times].map(([name, time]) => ({ name, ...time }))
    return { result, seconds, kernelTimes: kernelTimes.sort((left, right) => right.seconds - left.seconds) }
  } finally {
    for (const kernel of kernels) replaceKernel(kernel)
  }
}

function replaceKernel(kernel: tf.KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName)
  tf.registerKernel(kernel)
}
