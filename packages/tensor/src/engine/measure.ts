import * as tf from '@tensorflow/tfjs-core'

/**
 * Measures the engine's rate on large square matrix products, the yardstick for everything else.
 *
 * @param size rows and columns of the matrices; default 1024
 * @param repeat how many products are timed, after one that is not; default 5
 * @param signal stops between two products
 * @returns the median rate in GFLOP/s (two operations for each multiply-add). Disposes all that it makes.
 */
export async function measureMatrixProductRate(
  size = 1024,
  repeat = 5,
  signal?: AbortSignal,
): Promise<number> {
  const left = tf.randomNormal([size, size])
  const right = tf.randomNormal([size, size])
  try {
    const rates: number[] = []
    for (let round = 0; round <= repeat; round++) {
      // Reading numbers does not give way to timers and signals on every engine.
      await new Promise((resolve) => setTimeout(resolve, 0))
      signal?.throwIfAborted()
      const begin = performance.now()
      const product = tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D)
      // Reading one number makes engines that work in the background finish.
      const corner = tf.slice(product, [0, 0], [1, 1])
      await corner.data()
      const seconds = (performance.now() - begin) / 1000
      tf.dispose([product, corner])
      if (round > 0) rates.push((2 * size ** 3) / seconds / 1e9)
    }
    rates.sort((a, b) => a - b)
    return rates[Math.floor(rates.length / 2)] ?? 0
  } finally {
    tf.dispose([left, right])
  }
}
