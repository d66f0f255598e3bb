import type { CheckpointSource } from '@tintjs/inner'

/** What no text has: noncharacters of Unicode. */
const unspellable = '\u{10ffff}\u{10fffe}'

/**
 * A checkpoint whose tokenizer reads every text as plain text: `<unk>` or `<|endoftext|>` in it are the letters that
 * they are, and not special tokens. All ids stay the same. For measuring how well a text is predicted byte by byte;
 * transformers calls this `split_special_tokens=True`.
 *
 * @param source has a tokenizer for `loadTokenizer`; any other file is passed through
 */
export function withoutSpecialTokens(source: CheckpointSource): CheckpointSource {
  return {
    name: source.name,
    list: () => source.list(),
    async read(path, range) {
      const change = range === undefined ? changes[path] : undefined
      const bytes = await source.read(path, range)
      return change === undefined ? bytes : changed(bytes, change)
    },
  }
}

type Json = Record<string, unknown>

/** How each file of a tokenizer is changed. */
const changes: Readonly<Record<string, (content: Json) => Json>> = {
  'tokenizer.json': (content) => ({ ...content, added_tokens: list(content.added_tokens).map(renamed) }),
  'tokenizer_config.json': withoutNames,
  'special_tokens_map.json': withoutNames,
}

/** What is not as expected stays as it is, for the tokenizer's own checks to find. */
function changed(bytes: Uint8Array, change: (content: Json) => Json): Uint8Array {
  let content: unknown
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return bytes
  }
  return isObject(content) ? new TextEncoder().encode(JSON.stringify(change(content))) : bytes
}

/** Under a name that no text has, a special token is never found, and all that refers to its id still fits. */
function renamed(token: unknown): unknown {
  if (!isObject(token) || token.special !== true) return token
  return { ...token, content: `${unspellable}${String(token.id)}` }
}

/** Beside `vocab.json`, the special tokens are those that these files name. */
function withoutNames(content: Json): Json {
  const { added_tokens_decoder: decoder, ...others } = content
  const named = ['bos_token', 'eos_token', 'unk_token', 'pad_token', 'add_bos_token', 'add_eos_token']
  const kept = Object.entries(others).filter(([name]) => !named.includes(name))
  if (!isObject(decoder)) return Object.fromEntries(kept)
  const plain = Object.entries(decoder).filter(([, token]) => !isObject(token) || token.special !== true)
  return { ...Object.fromEntries(kept), added_tokens_decoder: Object.fromEntries(plain) }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
