import * as tf from '@tensorflow/tfjs-core'
import { EngineError } from '../errors'

/** Products of fewer multiply-adds stay with the loop, which takes less than a millisecond for them. */
const smallProduct = 2 ** 20

/** Kernels that are quickened already. */
const quickened = new WeakSet<tf.KernelFunc>()

/**
 * Makes matrix products of the WASM backend quick in all their forms. tfjs 4.22 has its fast kernel (XNNPACK) for
 * plain products of two matrices only; transposed and batched ones take a loop that is 5 to 25 times slower. Here they
 * become plain ones: operands are transposed first, and each pair of a batch is multiplied on its own. To be called
 * once the backend is registered; calling it again changes nothing.
 */
export function quickenWasmProducts(): void {
  const kernel = tf.getKernel('BatchMatMul', 'wasm')
  if (kernel === undefined || quickened.has(kernel.kernelFunc)) return
  const slow = kernel.kernelFunc
  const kernelFunc: tf.KernelFunc = (parameters) => {
    const { a, b } = parameters.inputs
    const { transposeA = false, transposeB = false } = parameters.attrs ?? {}
    if (a === undefined || b === undefined || !worthwhile(a, b, transposeA === true)) return slow(parameters)
    const kernels = new Kernels(parameters.backend, slow)
    const left = transposeA === true ? kernels.transpose(a) : a
    const right = transposeB === true ? kernels.transpose(b) : b
    const product = multiplyEach(left, right, kernels)
    if (left !== a) kernels.dispose(left)
    if (right !== b) kernels.dispose(right)
    return product
  }
  quickened.add(kernelFunc)
  tf.unregisterKernel('BatchMatMul', 'wasm')
  tf.registerKernel({ ...kernel, kernelFunc })
}

/** Whether a product is of equal batches, and large enough. */
function worthwhile(a: tf.TensorInfo, b: tf.TensorInfo, transposeA: boolean): boolean {
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || a.shape.length !== b.shape.length) return false
  if (a.shape.slice(0, -2).some((size, axis) => size !== b.shape[axis])) return false
  const [rows = 0, columns = 0] = a.shape.slice(-2)
  const shared = transposeA ? rows : columns
  const [first = 0, second = 0] = b.shape.slice(-2)
  // Sizes that do not fit are for the kernel to refuse.
  if (shared === 0 || (first !== shared && second !== shared)) return false
  return rows * columns * ((first * second) / shared) >= smallProduct
}

/** Plain products of `[..., m, k]` and `[..., k, n]`, one for each pair of matrices. */
function multiplyEach(left: tf.TensorInfo, right: tf.TensorInfo, kernels: Kernels): tf.TensorInfo {
  const batchShape = left.shape.slice(0, -2)
  const batch = batchShape.reduce((product, size) => product * size, 1)
  if (batch === 1) return kernels.multiply(left, right)
  const lefts = withBatch(left, batch)
  const rights = withBatch(right, batch)
  const products = Array.from({ length: batch }, (_, index) => {
    const pair = [kernels.matrix(lefts, index), kernels.matrix(rights, index)] as const
    const product = kernels.multiply(...pair)
    for (const matrix of pair) kernels.dispose(matrix)
    return product
  })
  const joined = kernels.join(products)
  for (const product of products) kernels.dispose(product)
  return { ...joined, shape: [...batchShape, ...joined.shape.slice(-2)] }
}

/** The same numbers as `[batch, rows, columns]`. */
function withBatch(x: tf.TensorInfo, batch: number): tf.TensorInfo {
  return { ...x, shape: [batch, ...x.shape.slice(-2)] }
}

/** The kernels that a product is made of. Whoever calls one disposes its output. */
class Kernels {
  readonly #backend: tf.KernelBackend
  readonly #product: tf.KernelFunc

  constructor(backend: object, product: tf.KernelFunc) {
    this.#backend = backend as tf.KernelBackend
    this.#product = product
  }

  /** The plain product of two matrices, by the fast kernel. */
  multiply(a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
    return this.#run(this.#product, { a, b }, { transposeA: false, transposeB: false })
  }

  /** Swaps rows and columns. */
  transpose(x: tf.TensorInfo): tf.TensorInfo {
    const axes = x.shape.map((_, axis) => axis)
    const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2]
    return this.#run(this.#kernel('Transpose'), { x }, { perm })
  }

  /** One of the matrices of `[batch, rows, columns]`, as `[1, rows, columns]`. */
  matrix(x: tf.TensorInfo, index: number): tf.TensorInfo {
    const [, rows = 0, columns = 0] = x.shape
    return this.#run(this.#kernel('Slice'), { x }, { begin: [index, 0, 0], size: [1, rows, columns] })
  }

  /** Matrices `[1, rows, columns]` as one `[batch, rows, columns]`. */
  join(matrices: readonly tf.TensorInfo[]): tf.TensorInfo {
    // Concat takes a list where other kernels take names.
    const inputs = matrices as unknown as tf.NamedTensorInfoMap
    return this.#run(this.#kernel('Concat'), inputs, { axis: 0 })
  }

  dispose({ dataId }: tf.TensorInfo): void {
    this.#backend.disposeData(dataId)
  }

  #kernel(name: string): tf.KernelFunc {
    const kernel = tf.getKernel(name, 'wasm')
    if (kernel === undefined)
      throw new EngineError(`The WASM engine has no ${name}; expected version 4.22.0.`)
    return kernel.kernelFunc
  }

  #run(kernel: tf.KernelFunc, inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap): tf.TensorInfo {
    return kernel({ inputs, attrs, backend: this.#backend }) as tf.TensorInfo
  }
}
