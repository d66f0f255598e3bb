import { fileURLToPath } from 'node:url'
import { loadTokenizer, memorySource } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenizeText } from './tokenized-text'
import { withoutSpecialTokens } from './without-special-tokens'

const shipped = (name: string) =>
  folderSource(fileURLToPath(new URL(`../../../../apps/runner/models/${name}`, import.meta.url)))

const json = (content: unknown) => new TextEncoder().encode(JSON.stringify(content))

/** The letters a to e, and pairs of them. */
const vocabulary = { a: 0, b: 1, c: 2, d: 3, e: 4, ab: 5, '<s>': 6, '<': 7, s: 8, '>': 9 }

describe('tokenizeText', () => {
  it('counts the bytes of every token', async () => {
    const tokenizer = await loadTokenizer(shipped('gpt2-nano-bytes'))
    const { ids, byteLengths } = tokenizeText(tokenizer, 'naïve 🦢')
    expect([...ids]).toEqual([...new TextEncoder().encode('naïve 🦢')])
    expect(new Set(byteLengths)).toEqual(new Set([1]))
  })

  it('counts the words of any text where they begin, however tokens cut it', async () => {
    const bytes = await loadTokenizer(shipped('gpt2-nano-bytes'))
    const merges = ['a b', 'Ġ a', 'Ġ Ġ', 'ab Ċ']
    const pairs = { ab: 5, Ġ: 10, Ġa: 11, ĠĠ: 12, Ċ: 13, abĊ: 14 }
    const pairing = {
      model: { type: 'BPE', vocab: { ...vocabulary, ...pairs }, merges },
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
      decoder: { type: 'ByteLevel' },
    }
    const paired = await loadTokenizer(memorySource('tiny', { 'tokenizer.json': json(pairing) }))
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '\n'), maxLength: 30 }), (text) => {
        const words = text.split(/[ \n]+/).filter((word) => word !== '').length
        for (const tokenizer of [bytes, paired]) {
          const { wordStarts } = tokenizeText(tokenizer, text)
          expect(wordStarts.reduce((sum, count) => sum + count, 0)).toBe(words)
        }
      }),
      { seed: 3 },
    )
    expect([...tokenizeText(bytes, ' ab\nc').wordStarts]).toEqual([0, 1, 0, 0, 1])
    expect([...tokenizeText(paired, ' ab\nc').wordStarts]).toEqual([0, 1, 1])
  })

  it('counts the text, not the name, of a token that stands for unknown characters', async () => {
    const model = { type: 'BPE', vocab: { ...vocabulary, '<unk>': 10 }, merges: ['a b'], unk_token: '<unk>' }
    const tokenizer = await loadTokenizer(memorySource('tiny', { 'tokenizer.json': json({ model }) }))
    expect(tokenizer.kind).toBe('characters')
    const { ids, byteLengths } = tokenizeText(tokenizer, 'abéc')
    expect([...ids]).toEqual([5, 10, 2])
    expect([...byteLengths]).toEqual([2, 2, 1])
    expect([...tokenizeText(tokenizer, 'ab éc').wordStarts].reduce((sum, count) => sum + count, 0)).toBe(2)
  })
})

describe('withoutSpecialTokens', () => {
  it('reads what looks like a special token as the letters that it is, in the shipped models', async () => {
    for (const [name, offset, special] of [
      ['opt-nano-bytes', 4, '<unk> and </s>'],
      ['gpt2-nano-bytes', 0, 'x<|endoftext|>y'],
    ] as const) {
      const bytes = [...new TextEncoder().encode(special)].map((byte) => byte + offset)
      const usual = await loadTokenizer(shipped(name))
      const plain = await loadTokenizer(withoutSpecialTokens(shipped(name)))
      expect(usual.encode(special).length).toBeLessThan(bytes.length)
      expect([...plain.encode(special)]).toEqual(bytes)
      expect(plain.vocabularySize).toBe(usual.vocabularySize)
    }
  })

  it('does so beside vocab.json too, whatever names the tokens', async () => {
    const source = memorySource('tiny', {
      'vocab.json': json(vocabulary),
      'merges.txt': new TextEncoder().encode('#version: 0.2\na b\n'),
      'tokenizer_config.json': json({ bos_token: '<s>', add_bos_token: true, add_prefix_space: false }),
      'special_tokens_map.json': json({ unk_token: { content: '<s>' } }),
    })
    const usual = await loadTokenizer(source)
    const plain = await loadTokenizer(withoutSpecialTokens(source))
    expect([...usual.encode('ab<s>c')]).toEqual([5, 6, 2])
    expect([...plain.encode('ab<s>c')]).toEqual([5, 7, 8, 9, 2])
  })

  it('leaves other files, ranges and damaged files alone', async () => {
    const source = memorySource('tiny', {
      'config.json': json({ added_tokens: 1 }),
      'tokenizer.json': new TextEncoder().encode('{'),
    })
    const plain = withoutSpecialTokens(source)
    expect(await plain.list()).toEqual(await source.list())
    for (const path of ['config.json', 'tokenizer.json']) {
      expect([...(await plain.read(path))]).toEqual([...(await source.read(path))])
    }
    expect(await plain.read('config.json', { start: 1, end: 3 })).toHaveLength(2)
  })
})
