import * as tf from '@tensorflow/tfjs-core'
import type { Linear, Norm, WeightReference } from '@tintjs/inner'
import { TintError } from '@tintjs/tensor'
import type { PrefixState } from '../state/state'
import type { PrefixSource } from './prefix-source'
import type { PrefixTable } from './prefix-table'

/** A parameter of the inner model as prefixes hold it. */
export interface DecodedParameter {
  readonly reference: WeightReference
  /** `[batch, rows, columns]`, or `[batch, 1, width]` for a vector. */
  readonly value: tf.Tensor3D
}

/**
 * The weights that the prefixes of one leaf hold: the encoding undone.
 *
 * @param sources all chunks of the leaf
 * @param scales whether a norm's scale is wanted too, and not its bias only
 * @returns tensors owned by the caller
 */
export function decodePrefixes(
  sources: readonly PrefixSource[],
  table: PrefixTable,
  scales = true,
): DecodedParameter[] {
  const leaf = sources[0]?.leaf
  if (leaf === undefined) throw new TintError('No prefixes were given to decode.')
  return leaf.kind === 'linear'
    ? decodeLinear(leaf, sources, table)
    : decodeNorm(leaf, sources, table, scales)
}

function decodeLinear(
  leaf: Linear,
  sources: readonly PrefixSource[],
  table: PrefixTable,
): DecodedParameter[] {
  const weight = tf.tidy(() => {
    const chunkRows = groupRows(sources).map((row) =>
      tf.concat(
        row.map((source) => rowsOf(table.get(source))),
        2,
      ),
    )
    return cut(tf.concat(chunkRows, 1), [leaf.outputWidth, leaf.inputWidth])
  })
  const { bias } = leaf
  if (bias === undefined) return [{ reference: leaf.weight, value: weight }]
  const vector = tf.tidy(() => {
    const chunks = sources.filter(({ holdsBias }) => holdsBias).map((source) => biasOf(table.get(source)))
    return cut(tf.concat(chunks, 2), [1, leaf.outputWidth])
  })
  return [
    { reference: leaf.weight, value: weight },
    { reference: bias, value: vector },
  ]
}

function decodeNorm(
  leaf: Norm,
  [source]: readonly PrefixSource[],
  table: PrefixTable,
  scales: boolean,
): DecodedParameter[] {
  const state = table.get(source as PrefixSource)
  const decoded: DecodedParameter[] = []
  if (scales && leaf.scale !== undefined) {
    const value = tf.tidy(() => diagonal(rowsOf(state)))
    decoded.push({ reference: leaf.scale, value })
  }
  if (leaf.bias !== undefined) decoded.push({ reference: leaf.bias, value: tf.clone(biasOf(state)) })
  return decoded
}

/** Sources by their row chunk, in the order of columns. */
function groupRows(sources: readonly PrefixSource[]): PrefixSource[][] {
  const rows: PrefixSource[][] = []
  for (const source of sources) {
    const row = rows[source.rowChunk] ?? []
    row[source.columnChunk] = source
    rows[source.rowChunk] = row
  }
  return rows
}

function rowsOf({ rows }: PrefixState): tf.Tensor3D {
  if (rows === undefined) throw new TintError('Prefixes without rows were decoded.')
  return (rows.rank === 2 ? tf.expandDims(rows, 0) : rows) as tf.Tensor3D
}

function biasOf({ bias }: PrefixState): tf.Tensor3D {
  if (bias === undefined) throw new TintError('Prefixes without a bias were decoded.')
  return bias
}

/** The diagonals of square matrices, bit for bit. @returns `[batch, 1, width]` */
function diagonal(x: tf.Tensor3D): tf.Tensor3D {
  const [batch, width] = x.shape
  const flat = tf.reshape(x, [batch, width * width])
  return tf.reshape(tf.stridedSlice(flat, [0, 0], [batch, width * width], [1, width + 1]), [batch, 1, width])
}

/** Without the zeros that pad the last chunks. */
function cut(x: tf.Tensor, [rows, columns]: readonly [number, number]): tf.Tensor3D {
  return tf.slice(x as tf.Tensor3D, [0, 0, 0], [x.shape[0] as number, rows, columns])
}
