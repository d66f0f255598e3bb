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
  const backend = tf.getBackend()
  const kernels = matrixProductKernels.flatMap((name) => tf.getKernel(name, backend) ?? [])
  let productSeconds = 0
  for (const kernel of kernels) {
    const kernelFunc: tf.KernelFunc = (call) => {
      const begin = performance.now()
      try {
        return kernel.kernelFunc(call)
      } finally {
        productSeconds += (performance.now() - begin) / 1000
      }
    }
    replaceKernel({ ...kernel, kernelFunc })
  }
  const begin = performance.now()
  try {
    const result = await work()
    return { result, seconds: (performance.now() - begin) / 1000, productSeconds }
  } finally {
    for (const kernel of kernels) replaceKernel(kernel)
  }
}

function replaceKernel(kernel: tf.KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName)
  tf.registerKernel(kernel)
}
