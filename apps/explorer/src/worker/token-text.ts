import type { Tokenizer } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { OutputOf } from '../protocol/tasks'
import type { LoadedModel } from './loaded-model'

/** A text in pieces, as far as a model can read it. */
export type CutText = OutputOf<'tokens'>

type Piece = CutText['pieces'][number]

/** Cuts a text into tokens, and keeps what the model's longest context holds. */
export function cutText(text: string, loaded: LoadedModel): CutText {
  return cutTokens(text, loaded).text
}

/**
 * {@link cutText}, with the ids.
 *
 * @throws InputError when the text has fewer than three tokens, of which one can be learned and one tested
 */
function cutTokens(text: string, { model, tokenizer }: LoadedModel): { text: CutText; ids: Int32Array } {
  const { ids, pieces } = tokenizer === undefined ? tokenIds(text) : tokenPieces(text, tokenizer)
  const total = ids.length
  const tokens = Math.min(total, model.description.maximumPositions)
  const kept = pieces.filter(({ to }) => to <= tokens)
  // A character that is cut in half would be no text.
  const length = kept.at(-1)?.to ?? 0
  return { text: { pieces: kept, total, tokens: length }, ids: ids.subarray(0, length) }
}

/** At least so many tokens make a step: one that is only read, one to learn, one to test. */
const fewestTokens = 3

/** {@link cutTokens}, for a step. @throws InputError for a text that is too short for one */
export function tokensForStep(text: string, loaded: LoadedModel): { text: CutText; ids: Int32Array } {
  const cut = cutTokens(text, loaded)
  if (cut.ids.length >= fewestTokens) return cut
  throw new InputError(
    `The text has ${cut.ids.length} tokens; expected at least ${fewestTokens}: one to begin with, one to learn and one to predict.`,
  )
}

function tokenPieces(text: string, tokenizer: Tokenizer): { ids: Int32Array; pieces: Piece[] } {
  const { ids, starts, ends } = tokenizer.tokenize(text)
  const pieces: Piece[] = []
  let [start, end, from] = [0, 0, 0]
  for (let token = 0; token <= ids.length; token++) {
    const next = starts[token] ?? text.length
    // Tokens that hold parts of one character overlap in the text.
    if (token < ids.length && token > from && next < end) {
      end = Math.max(end, ends[token] ?? end)
      continue
    }
    if (token > from) pieces.push({ text: text.slice(start, end), from, to: token })
    start = next
    end = ends[token] ?? next
    from = token
  }
  return { ids, pieces }
}

/** Without a tokenizer the text holds token ids. @throws InputError when it does not */
function tokenIds(text: string): { ids: Int32Array; pieces: Piece[] } {
  const words = text.split(/[\s,[\]]+/).filter((word) => word !== '')
  const ids = words.map((word) => {
    if (/^\d{1,9}$/.test(word)) return Number(word)
    throw new InputError(
      `This model has no tokenizer, so that the text must be token ids; "${word.slice(0, 40)}" is none. Write ids such as 12 7 256, or drop a checkpoint with tokenizer.json.`,
    )
  })
  return {
    ids: Int32Array.from(ids),
    pieces: words.map((word, token) => ({ text: `${word} `, from: token, to: token + 1 })),
  }
}

/** How a token looks on its own: its text, or its bytes where they are only a part of a character. */
export function tokenLabel(id: number, tokenizer: Tokenizer | undefined): string {
  if (tokenizer === undefined) return String(id)
  const bytes = tokenizer.tokenBytes(id)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text === '' ? tokenizer.decode([id]) : text
  } catch {
    return Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(' ')
  }
}
