import type { ByteSource } from '../safetensors/byte-source'
import { bytesOfTensor } from '../safetensors/element-type'
import { readTensorData } from '../safetensors/tensor-data'
import type { PytorchTensorEntry } from './header'

/**
 * Reads one tensor as float32 in row-major order, whatever its strides; types and rounding are those of
 * `readTensorData` of safetensors.
 *
 * @returns a fresh array with as many elements as the product of `entry.shape`
 * @throws CheckpointError for types that are not floating-point numbers, and for an entry that does not fit the source
 */
export async function readPytorchTensor(
  source: ByteSource,
  entry: PytorchTensorEntry,
): Promise<Float32Array> {
  if (isRowMajor(entry)) return readTensorData(source, entry)
  const elementBytes = Number(bytesOfTensor(entry.type, [1]))
  const span = { ...entry, shape: [(entry.end - entry.start) / elementBytes] }
  return gather(await readTensorData(source, span), entry)
}

/** Whether elements lie in the file in their own order, without gaps. */
function isRowMajor({ shape, strides }: PytorchTensorEntry): boolean {
  if (shape.includes(0)) return true
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1
    if (size !== 1 && strides[axis] !== expected) return false
    expected *= size
  }
  return true
}

/** Puts the elements of a span in row-major order, one row of the last dimension at a time. */
function gather(span: Float32Array, { shape, strides }: PytorchTensorEntry): Float32Array {
  const width = shape.at(-1) ?? 1
  const stride = strides.at(-1) ?? 1
  const outer = shape.slice(0, -1)
  const values = new Float32Array(outer.reduce((product, size) => product * size, width))
  const index = outer.map(() => 0)
  let from = 0
  for (let row = 0; row < values.length; row += width) {
    for (let column = 0; column < width; column++) values[row + column] = span[from + column * stride] ?? 0
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1
      const step = strides[axis] ?? 0
      if (next < (outer[axis] ?? 0)) {
        index[axis] = next
        from += step
        break
      }
      index[axis] = 0
      from -= (next - 1) * step
    }
  }
  return values
}
