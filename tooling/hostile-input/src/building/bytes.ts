/** One array of all parts; texts become a byte a letter. */
export function joined(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
  )
}

/** A whole number from 0 as little-endian bytes. */
export function littleEndian(value: number | bigint, length: 2 | 4 | 8): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return new Uint8Array(bytes.subarray(0, length))
}

/** A JSON text of lists in lists. */
export function nestedLists(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}
