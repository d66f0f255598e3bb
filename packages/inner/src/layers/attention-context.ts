import * as tf from '@tensorflow/tfjs-core'
import type { Rotation } from '@tintjs/tensor'
import type { ModelInputs } from '../model/inputs'
import { type CausalBand, causalBands, lengthOf, type Range } from './causal-bands'
import type { Attention } from './layer'
import type { AlibiPositions, RotaryPositions } from './positions'

/** Added to the scores of tokens that may not be looked at; large enough that their probability is zero in float32. */
const forbiddenScore = -1e9

/** What an attention's scores depend on, beside its queries and keys. */
type AttentionRules = Pick<Attention, 'positions' | 'window'>

/**
 * What the attention layers of a pass share: which token may look at which, and where tokens stand. Tensors are made when
 * a layer first asks for them. Owns them.
 */
export class AttentionContext {
  readonly #inputs: Pick<ModelInputs, 'allowed' | 'length' | 'positionIds'>
  readonly #seen: number
  readonly #kept = new Map<string, tf.Tensor[]>()

  /**
   * @param inputs the tokens of the pass
   * @param seen how many tokens came before them, whose keys and values are in a cache; their positions are 0, 1, 2, ...
   */
  constructor(inputs: Pick<ModelInputs, 'allowed' | 'length' | 'positionIds'>, seen = 0) {
    this.#inputs = inputs
    this.#seen = seen
  }

  /** The bands in which an attention computes its scores. */
  bands({ window }: AttentionRules): CausalBand[] {
    return causalBands(this.#inputs.length, this.#seen, window)
  }

  /**
   * What is added to an attention's scores: very negative where a row may not look, and ALiBi's term elsewhere.
   *
   * @param band default all rows and columns, `[0, N)` and `[0, seen + N)`
   * @returns `[1 or batch, 1 or heads, rows, columns]`; stays the context's
   */
  scoreBias({ positions, window }: AttentionRules, band: CausalBand = this.#whole()): tf.Tensor4D {
    const { rows, columns } = band
    const alibi = positions?.kind === 'alibi' ? positions : undefined
    const extent = [rows.start, rows.end, columns.start, columns.end].join(' ')
    const key = `bias ${extent} ${window ?? 'all'} ${alibi?.slopes.join(' ') ?? ''}`
    return this.#keep(key, () => {
      const mask = this.#mask(window, band)
      return [alibi === undefined ? mask : tf.add(mask, this.#alibi(alibi, columns))]
    })[0] as tf.Tensor4D
  }

  /** Cosines and sines of rotary positions, `[1 or batch, 1, N, pairs]`; stay the context's. */
  rotation({ frequencies }: RotaryPositions): Rotation {
    const [cosines, sines] = this.#keep(`rotation ${frequencies.join(' ')}`, () => {
      const positions = tf.expandDims(floats(this.#inputs.positionIds), -1)
      const angles = tf.expandDims(tf.mul(positions, tf.tensor1d([...frequencies])), 1)
      return [tf.cos(angles), tf.sin(angles)]
    })
    return { cosines: cosines as tf.Tensor4D, sines: sines as tf.Tensor4D }
  }

  dispose(): void {
    for (const tensors of this.#kept.values()) tf.dispose(tensors)
    this.#kept.clear()
  }

  #keep(key: string, make: () => tf.Tensor[]): tf.Tensor[] {
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const made = tf.tidy(() => make().map((tensor) => tf.keep(tensor)))
    this.#kept.set(key, made)
    return made
  }

  #whole(): CausalBand {
    const { length } = this.#inputs
    return { rows: { start: 0, end: length }, columns: { start: 0, end: this.#seen + length } }
  }

  /** `[1 or batch, 1, rows, columns]` */
  #mask(window: number | undefined, { rows, columns }: CausalBand): tf.Tensor4D {
    const { allowed, length } = this.#inputs
    const masks = allowed ?? [undefined]
    const shape: [number, number, number, number] = [masks.length, 1, lengthOf(rows), lengthOf(columns)]
    const values = new Float32Array(shape[0] * shape[2] * shape[3])
    let index = 0
    for (const mask of masks) {
      for (let row = rows.start; row < rows.end; row++) {
        const own = this.#seen + row
        for (let column = columns.start; column < columns.end; column++) {
          const open = mask === undefined ? column <= own : mask[row * length + column] === 1
          const near = window === undefined || own - column < window
          values[index++] = open && near ? 0 : forbiddenScore
        }
      }
    }
    return tf.tensor4d(values, shape)
  }

  /** Slope times the key's position, `[1 or batch, heads, 1, columns]`: what a row has in common changes no softmax. */
  #alibi({ slopes }: AlibiPositions, { start, end }: Range): tf.Tensor4D {
    const before = Int32Array.from({ length: this.#seen }, (_, position) => position)
    const keys = this.#inputs.positionIds.map((own) =>
      Int32Array.from([...before, ...own]).subarray(start, end),
    )
    const positions = tf.reshape(floats(keys), [keys.length, 1, 1, -1])
    return tf.mul(positions, tf.reshape(tf.tensor1d([...slopes]), [1, -1, 1, 1]))
  }
}

/** Rows of whole numbers as floats, `[rows, N]`. */
function floats(rows: readonly Int32Array[]): tf.Tensor2D {
  const length = rows[0]?.length ?? 0
  return tf.tensor2d(Float32Array.from(rows.flatMap((row) => [...row])), [rows.length, length])
}
