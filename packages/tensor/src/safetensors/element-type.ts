/** Bits of one element of each type that the safetensors format knows, under the format's own names. */
const bitsOfElement = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const

/** The type of a stored tensor's elements, as the safetensors format names it (`F32`, `BF16`, `I64` ...). */
export type ElementType = keyof typeof bitsOfElement

/** The names of all element types, for messages. */
export const elementTypes: readonly string[] = Object.keys(bitsOfElement)

/** Whether `value` names an element type of the format. */
export function isElementType(value: unknown): value is ElementType {
  return typeof value === 'string' && Object.hasOwn(bitsOfElement, value)
}

/**
 * Bytes that a tensor of `shape` takes.
 *
 * @returns the number of bytes, or what is wrong: `overflow` where a product is beyond the exact integers,
 *   `fraction` where elements smaller than a byte do not fill the last byte
 */
export function bytesOfTensor(type: ElementType, shape: readonly number[]): number | 'overflow' | 'fraction' {
  // In the order of the shape, as the reference does: a later zero does not excuse an overflow before it.
  let bits = 1
  for (const size of [...shape, bitsOfElement[type]]) {
    bits *= size
    if (!Number.isSafeInteger(bits)) return 'overflow'
  }
  return bits % 8 === 0 ? bits / 8 : 'fraction'
}
