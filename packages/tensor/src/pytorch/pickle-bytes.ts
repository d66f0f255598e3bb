import { shown } from '../safetensors/json-text'

/** The longest line of text in a pickle: names of globals and numbers as text. */
const longestLine = 512

/** Reads a pickle's bytes in order; every read is checked against the end before anything is allocated. */
export class PickleBytes {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #position = 0

  constructor(
    bytes: Uint8Array,
    /** Makes the error for a problem, worded to follow the file's name. */
    readonly problem: (text: string) => Error,
  ) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The position of the next byte. */
  get position(): number {
    return this.#position
  }

  /** Takes `length` bytes and returns where they start. */
  #take(length: number): number {
    const start = this.#position
    if (length > this.#bytes.length - start) {
      throw this.problem(`the pickle ends at byte ${this.#bytes.length}, in the middle of a value`)
    }
    this.#position = start + length
    return start
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1))
  }

  unsigned16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  unsigned32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  signed32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }

  /** A float64, the one number of a pickle that is big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false)
  }

  /** A little-endian number in two's complement of `length` bytes. */
  signed(length: number): number {
    if (length > 8) throw this.problem(`a whole number has ${length} bytes, expected at most 8`)
    const start = this.#take(length)
    let value = 0n
    for (let index = length - 1; index >= 0; index--) {
      value = value * 256n + BigInt(this.#view.getUint8(start + index))
    }
    return this.#exact(BigInt.asIntN(8 * length, value))
  }

  /** UTF-8 text of `length` bytes. */
  text(length: number): string {
    const start = this.#take(length)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        this.#bytes.subarray(start, start + length),
      )
    } catch {
      throw this.problem(`the text at byte ${start} is not valid UTF-8`)
    }
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#position)
    const length = (end < 0 ? this.#bytes.length : end) - this.#position
    if (length > longestLine)
      throw this.problem(`a line has ${length} bytes, expected at most ${longestLine}`)
    const text = this.text(length)
    this.#take(1)
    return text
  }

  /** A whole number that is written as a line of decimal digits, perhaps with Python 2's `L`. */
  decimal(): number {
    const line = this.line().replace(/L$/, '')
    if (!/^-?\d{1,20}$/.test(line)) throw this.problem(`${shown(line)} stands where a whole number should`)
    return this.#exact(BigInt(line))
  }

  #exact(value: bigint): number {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw this.problem(`the whole number ${value} is beyond 2^53 - 1`)
    return number
  }
}
