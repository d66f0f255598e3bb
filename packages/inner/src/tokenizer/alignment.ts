import { type NormalizerPart, normalizersOf, preTokenizersOf, type TokenizerStructure } from './structure'
import { type TextBytes, textBytes } from './text-bytes'
import { metaSpace, type TokenTable } from './token-table'

/** Where tokens are in a text, in UTF-16 units. */
export interface Spans {
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** Finds the part of the text that each token of its encoding stands for. */
export function align(
  structure: TokenizerStructure,
  table: TokenTable,
  text: string,
  ids: Int32Array,
): Spans {
  const { bytes, startOf, endOf } = textBytes(
    table.hasMetaSpaces ? text.replaceAll(metaSpace, ' ') : text,
    unicodeForms(structure),
  )
  const putsSpace = prefixSpace(structure)
  const starts = new Int32Array(ids.length)
  const ends = new Int32Array(ids.length)
  let cursor = 0
  /** Whether this is the start of the text or of what follows a special token. */
  let sectionStart = true
  /** The unknown token that was met last, until a later one is found in the text. */
  let unknown = -1
  let lost = false
  for (const [index, id] of ids.entries()) {
    let wanted = table.bytes(id)
    if (sectionStart && !table.isAdded(id) && wanted[0] === space && putsSpace(bytes, cursor)) {
      wanted = wanted.subarray(1)
    }
    let place = startsWith(bytes, wanted, cursor) ? cursor : -1
    const isUnknown = place < 0 && table.token(id) === structure.model.unk_token
    if (isUnknown) {
      place = cursor
      wanted = bytes.subarray(place, place + characterLength(bytes[place]))
      unknown = index
    } else if (place < 0 && !lost) {
      // The tokenizer left something out: white space around a special token, a letter that it does not know.
      place = indexOf(bytes, wanted, cursor)
      lost = place < 0
    }
    sectionStart = table.isAdded(id) && !isUnknown
    if (!isUnknown && place >= 0 && unknown >= 0) {
      ends[unknown] = place > 0 ? endOf(place - 1) : 0
      unknown = -1
    }
    const from = place < 0 ? cursor : place
    const to = place < 0 ? cursor : place + wanted.length
    starts[index] = startOf(from)
    ends[index] = to > from ? endOf(to - 1) : startOf(from)
    cursor = to
  }
  if (unknown >= 0) ends[unknown] = text.length
  return { starts, ends }
}

const space = 0x20

/** Whether the tokenizer puts a space in front of the section that starts at a byte of the text. */
function prefixSpace(structure: TokenizerStructure): (bytes: Uint8Array, at: number) => boolean {
  if (normalizersOf(structure).some(({ type }) => type === 'Prepend')) return () => true
  const [first] = preTokenizersOf(structure)
  const unlessThere = (bytes: Uint8Array, at: number) => bytes[at] !== space
  if (first?.type === 'ByteLevel' && first.add_prefix_space) return unlessThere
  if (first?.type !== 'Metaspace') return () => false
  if (first.prepend_scheme === 'first') return (bytes, at) => at === 0 && unlessThere(bytes, at)
  if (first.prepend_scheme === 'never' || first.add_prefix_space === false) return () => false
  return unlessThere
}

function unicodeForms(structure: TokenizerStructure): string[] {
  const isForm = ({ type }: NormalizerPart) => type.startsWith('NF')
  return normalizersOf(structure)
    .filter(isForm)
    .map(({ type }) => type)
}

function startsWith(bytes: TextBytes['bytes'], wanted: Uint8Array, at: number): boolean {
  if (at + wanted.length > bytes.length) return false
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return false
  }
  return true
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = from; at + wanted.length <= bytes.length; at += 1) {
    if (startsWith(bytes, wanted, at)) return at
  }
  return -1
}

/** How many bytes the UTF-8 character that starts with a byte has. */
function characterLength(first: number | undefined): number {
  if (first === undefined) return 0
  if (first < 0x80) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}
