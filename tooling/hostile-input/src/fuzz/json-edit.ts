import fc from 'fast-check'
import { joined, littleEndian, nestedLists } from '../building/bytes'

/** A change of one value of a JSON text. */
export interface JsonEdit {
  /** Which value, as a part of all of them. */
  readonly at: number
  readonly change: 'replace' | 'remove' | 'rename' | 'copy' | 'wrap'
  /** For a value from elsewhere in the text. */
  readonly from: number
  /** JSON text that stands in the value's place. */
  readonly value: string
  readonly name: string
}

/** JSON values at which programs go wrong. */
const values = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-1',
    '1',
    '2',
    '1.5',
    '1e999',
    '-0',
    '9007199254740991',
    '4503599627370496',
    '10000000',
    '1000',
  ],
  ...[
    '""',
    '"a"',
    '"__proto__"',
    '"constructor"',
    '"\\ud800"',
    '"../x"',
    '"/etc/passwd"',
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '[1e999]',
  ],
  ...[
    `"${'x'.repeat(5000)}"`,
    nestedLists(100),
    nestedLists(200),
    `[${'0,'.repeat(3000)}0]`,
    '{"__proto__":{"x":1}}',
    '{"toString":1}',
  ],
]
const names = ['__proto__', 'constructor', 'toString', 'length', '', 'a', 'model_type', 'x'.repeat(300)]

/** Changes of JSON texts. @param place a part of a whole */
export function jsonEdit(place: fc.Arbitrary<number>): fc.Arbitrary<JsonEdit> {
  return fc.record({
    at: place,
    change: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'rename', 'copy', 'wrap'),
    from: place,
    value: fc.constantFrom(...values),
    name: fc.constantFrom(...names),
  })
}

/**
 * Changes a JSON text, or the header of a safetensors file. What is no JSON stays as it is.
 *
 * @param isHeader whether the text is a safetensors header, whose length is put right
 */
export function applyJsonEdit(input: Uint8Array, edit: JsonEdit, isHeader: boolean): Uint8Array {
  const end = isHeader ? headerEnd(input) : input.length
  const start = isHeader ? 8 : 0
  const text = new TextDecoder().decode(input.subarray(start, end))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return input
  }
  const edited = new TextEncoder().encode(editedText(value, edit))
  return isHeader ? joined(littleEndian(edited.length, 8), edited, input.subarray(end)) : edited
}

function headerEnd(input: Uint8Array): number {
  if (input.length < 8) return input.length
  const length = Number(Buffer.from(input.subarray(0, 8)).readBigUInt64LE())
  return Math.min(8 + length, input.length)
}

/** Stands in the place of the new value until the text is written, as that may be no value of JavaScript. */
const marker = 'a value of the fuzzer'

interface Slot {
  readonly holder: Record<string, unknown>
  readonly key: string
}

function editedText(value: unknown, edit: JsonEdit): string {
  const root: Record<string, unknown> = { whole: value }
  const slots = slotsOf(root)
  const slot = chosen(slots, edit.at)
  const source = chosen(slots, edit.from)
  if (slot === undefined) return JSON.stringify(value)
  const { holder, key } = slot
  let text = edit.value
  if (edit.change === 'remove') delete holder[key]
  else if (edit.change === 'copy') holder[key] = structuredClone(source?.holder[source.key])
  else {
    if (edit.change === 'wrap') text = `[${JSON.stringify(holder[key])},${edit.value}]`
    const name = edit.change === 'rename' && !Array.isArray(holder) ? edit.name : key
    if (edit.change === 'rename') text = JSON.stringify(holder[key]) ?? 'null'
    if (name !== key) delete holder[key]
    Object.defineProperty(holder, name, {
      value: marker,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return (JSON.stringify(root.whole) ?? '').replace(JSON.stringify(marker), () => text)
}

const chosen = (slots: readonly Slot[], at: number) => slots[Math.floor(at * (slots.length - 1))]

/** All places of values, without those that the text of a long list would crowd out. */
function slotsOf(root: Record<string, unknown>): Slot[] {
  const slots: Slot[] = []
  const visit = (holder: Record<string, unknown>) => {
    for (const key of Object.keys(holder).slice(0, 40)) {
      slots.push({ holder, key })
      const value = holder[key]
      if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>)
    }
  }
  visit(root)
  return slots
}
