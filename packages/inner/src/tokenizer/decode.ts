import { fallbackByte } from './byte-letters'
import { spelledBytes } from './spelled-bytes'
import { type DecoderPart, decodersOf, type TokenizerStructure } from './structure'
import { metaSpace, type TokenTable } from './token-table'

// A byte order mark is text like any other here.
const lossy = new TextDecoder('utf-8', { ignoreBOM: true })
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** Reads ids back, by the decoders that the tokenizer names, each one as in Python. */
export function decode(structure: TokenizerStructure, table: TokenTable, ids: ArrayLike<number>): string {
  const [first, ...rest] = decodersOf(structure)
  if (first === undefined || first.type === 'ByteLevel') {
    return decodeChain(rest, [lossy.decode(spelledBytes(ids, table.bytes))])
  }
  return decodeChain([first, ...rest], Array.from(ids, table.token))
}

function decodeChain(parts: readonly DecoderPart[], tokens: readonly string[]): string {
  return parts.reduce<readonly string[]>((pieces, part) => decodePart(part, pieces), tokens).join('')
}

function decodePart(part: DecoderPart, pieces: readonly string[]): readonly string[] {
  switch (part.type) {
    case 'ByteLevel':
      return pieces
    case 'Replace':
      return pieces.map((piece) => piece.replaceAll(part.pattern.String, () => part.content))
    case 'Metaspace': {
      const keepsFirst = part.prepend_scheme === 'never' || part.add_prefix_space === false
      return pieces.map((piece, index) => piece.replaceAll(metaSpace, index > 0 || keepsFirst ? ' ' : ''))
    }
    case 'ByteFallback':
      return joinBytes(pieces)
    case 'Fuse':
      return [pieces.join('')]
    case 'Strip':
      return pieces.map((piece) => strip(piece, part.content, part.start, part.stop))
  }
}

/** Runs of `<0x..>` become the text that their bytes are, or U+FFFD for each byte if they are none. */
function joinBytes(pieces: readonly string[]): string[] {
  const joinedPieces: string[] = []
  let run: number[] = []
  const endRun = () => {
    if (run.length === 0) return
    try {
      joinedPieces.push(strict.decode(Uint8Array.from(run)))
    } catch {
      joinedPieces.push('\ufffd'.repeat(run.length))
    }
    run = []
  }
  for (const piece of pieces) {
    const byte = fallbackByte(piece)
    if (byte === undefined) {
      endRun()
      joinedPieces.push(piece)
    } else {
      run.push(byte)
    }
  }
  endRun()
  return joinedPieces
}

function strip(piece: string, letter: string, most: number, mostAtEnd: number): string {
  let start = 0
  while (start < most && piece[start] === letter) start += 1
  let end = piece.length
  while (piece.length - end < mostAtEnd && end > start && piece[end - 1] === letter) end -= 1
  return piece.slice(start, end)
}
