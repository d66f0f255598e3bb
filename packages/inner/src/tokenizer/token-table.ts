import { InputError } from '@tintjs/tensor'
import { fallbackByte, spelledBytes } from './byte-letters'
import { decodersOf, normalizersOf, preTokenizersOf, type TokenizerStructure } from './structure'
import type { Tokenizer } from './tokenizer'

/** The letter that stands for a space in vocabularies made of characters. */
export const metaSpace = '▁'

const utf8 = new TextEncoder()
const replacement = utf8.encode('\ufffd')

/** Every token by id. */
export interface TokenTable {
  readonly kind: Tokenizer['kind']
  /** One more than the largest id. */
  readonly size: number
  /** Whether the vocabulary writes a space as `▁`, so that the two are one. */
  readonly hasMetaSpaces: boolean
  /** The token as the file writes it; U+FFFD where an id has none. */
  token(id: number): string
  /** The bytes of the text that a token stands for. */
  bytes(id: number): Uint8Array
  /** Whether the text around such a token is cut before anything else happens to it. */
  isAdded(id: number): boolean
}

export function tokenTable(structure: TokenizerStructure): TokenTable {
  const kind = kindOf(structure)
  const tokens: string[] = []
  for (const [token, id] of Object.entries(structure.model.vocab)) tokens[id] = token
  const added = new Set<number>()
  for (const { content, id } of structure.added_tokens) {
    tokens[id] = content
    added.add(id)
  }
  const hasMetaSpaces = usesMetaSpaces(structure)
  const meaning = (id: number): Uint8Array => {
    const token = tokens[id]
    if (token === undefined) return replacement
    if (added.has(id)) return utf8.encode(token)
    if (kind === 'byte-level') return spelledBytes(token) ?? utf8.encode(token)
    const byte = kind === 'byte-fallback' ? fallbackByte(token) : undefined
    if (byte !== undefined) return Uint8Array.of(byte)
    return utf8.encode(hasMetaSpaces ? token.replaceAll(metaSpace, ' ') : token)
  }
  const known = new Map<number, Uint8Array>()
  return {
    kind,
    size: tokens.length,
    hasMetaSpaces,
    token: (id) => tokens[checkedId(id)] ?? '\ufffd',
    bytes: (id) => {
      const before = known.get(id)
      if (before !== undefined) return before
      const bytes = meaning(checkedId(id))
      if (id < tokens.length) known.set(id, bytes)
      return bytes
    },
    isAdded: (id) => added.has(id),
  }
}

function checkedId(id: number): number {
  if (Number.isInteger(id) && id >= 0) return id
  throw new InputError(`A token id is ${id}; expected a whole number from 0.`)
}

function kindOf(structure: TokenizerStructure): Tokenizer['kind'] {
  if (preTokenizersOf(structure).some(({ type }) => type === 'ByteLevel')) return 'byte-level'
  return structure.model.byte_fallback ? 'byte-fallback' : 'characters'
}

function usesMetaSpaces(structure: TokenizerStructure): boolean {
  return (
    preTokenizersOf(structure).some(({ type }) => type === 'Metaspace') ||
    [...normalizersOf(structure), ...decodersOf(structure)].some(
      (part) => part.type === 'Replace' && (part.content === metaSpace || part.pattern.String === metaSpace),
    )
  )
}
