import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixtureSource } from './fixtures/read'
import { loadTokenizer } from './load'

/** Well-formed text of every kind: ASCII, white space, any Unicode character, emoji with joiners. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(' ', '   ', '\n\n', '\t', '\r\n', '\0', '\ufeff', '👩‍👩‍👧‍👦', "don't", '▁'),
    ),
  )
  .map((parts) => parts.join(''))

describe.each([
  { name: 'gpt2-nano-bytes', shift: 0, size: 257, begin: 256, end: 256, special: '<|endoftext|>' },
  { name: 'opt-nano-bytes', shift: 4, size: 260, begin: 2, end: 2, special: '</s>' },
])('the tokenizer of $name', ({ name, shift, size, begin, end, special }) => {
  const loading = loadTokenizer(fixtureSource(name, ['tokenizer.json', 'tokenizer_config.json']))

  it('says what it is', async () => {
    expect(await loading).toMatchObject({
      kind: 'byte-level',
      vocabularySize: size,
      beginOfText: begin,
      endOfText: end,
    })
  })

  it('gives the bytes of any text and reads them back', async () => {
    const tokenizer = await loading
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = tokenizer.encode(text)
        expect([...ids]).toEqual([...new TextEncoder().encode(text)].map((byte) => byte + shift))
        expect(tokenizer.decode(ids)).toBe(text)
      }),
    )
  })

  it('reads any bytes, and what is not UTF-8 as U+FFFD', async () => {
    const tokenizer = await loading
    const reader = new TextDecoder('utf-8', { ignoreBOM: true })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(tokenizer.decode([...bytes].map((byte) => byte + shift))).toBe(reader.decode(bytes))
      }),
    )
    const emoji = [...new TextEncoder().encode('a🙂')].map((byte) => byte + shift)
    expect(tokenizer.decode(emoji.slice(0, 3))).toBe('a\ufffd')
  })

  it('takes half of a surrogate pair for U+FFFD', async () => {
    const tokenizer = await loading
    expect(tokenizer.decode(tokenizer.encode('a\ud83db\ude42'))).toBe('a\ufffdb\ufffd')
  })

  it('takes the end of a text for one token where the text spells it', async () => {
    const tokenizer = await loading
    expect([...tokenizer.encode(special)]).toEqual([end])
    expect(tokenizer.decode([end])).toBe(special)
  })

  it('places each byte on its character', async () => {
    const tokenizer = await loading
    const { starts, ends } = tokenizer.tokenize('é🙂z')
    expect([...starts]).toEqual([0, 0, 1, 1, 1, 1, 3])
    expect([...ends]).toEqual([1, 1, 3, 3, 3, 3, 4])
    const bytes = Array.from(tokenizer.encode('é🙂z'), (id) => [...tokenizer.tokenBytes(id)]).flat()
    expect(bytes).toEqual([...new TextEncoder().encode('é🙂z')])
  })
})

describe.each(['gpt2', 'opt'])('a byte-level tokenizer with merges, %s', (name) => {
  const files = ['vocab.json', 'merges.txt', 'tokenizer_config.json']
  const loading = loadTokenizer(fixtureSource(name, files))

  it('reads back any text, and its tokens are the bytes of the text', async () => {
    const tokenizer = await loading
    fc.assert(
      fc.property(anyText, (text) => {
        const { ids, starts, ends } = tokenizer.tokenize(text)
        expect(tokenizer.decode(ids)).toBe(text)
        const bytes = Array.from(ids, (id) => [...tokenizer.tokenBytes(id)]).flat()
        expect(bytes).toEqual([...new TextEncoder().encode(text)])
        // The spans cover the text without a hole.
        let covered = 0
        for (const [index, start] of starts.entries()) {
          expect(start).toBeLessThanOrEqual(covered)
          covered = Math.max(covered, ends[index]!)
        }
        expect(covered).toBe(text.length)
      }),
    )
  })
})
