import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkerOf, chunkSize } from './chunks'
import { readFixture } from './fixtures/read'
import { structureSchema } from './structure'

const read = (name: string, patch: object = {}) =>
  structureSchema.parse({ ...JSON.parse(readFixture(`models/${name}/tokenizer.json`)), ...patch })
const words = 'word '.repeat(20_000)
const added = (content: string) => ({ added_tokens: [{ id: 0, content }] })

describe('a text in chunks', () => {
  it.each(['gpt2', 'gpt2-nano-bytes', 'opt-nano-bytes'])('is the whole text for %s', (name) => {
    const chunks = chunkerOf(read(name))
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }), (parts) => {
        const text = parts.join('a b').repeat(400)
        expect([...chunks(text)].join('')).toBe(text)
      }),
      { numRuns: 30 },
    )
    const pieces = [...chunks(words)]
    expect(pieces.length).toBeGreaterThan(2)
    for (const piece of pieces) expect(piece.length).toBeLessThan(chunkSize + 10)
  })

  it('leaves the space out that a LLaMA tokenizer puts there itself', () => {
    const pieces = [...chunkerOf(read('llama'))(words)]
    expect(pieces.length).toBeGreaterThan(2)
    expect(pieces.join(' ')).toBe(words)
  })

  it('is one where no two letters have a single space between them', () => {
    for (const text of [
      'a'.repeat(100_000),
      ' '.repeat(100_000),
      '语言模型'.repeat(30_000),
      '1 2 '.repeat(30_000),
    ]) {
      expect([...chunkerOf(read('gpt2'))(text)]).toEqual([text])
    }
  })

  it('is one where something could reach across a boundary', () => {
    const merges = { ...read('llama').model }
    const across = [
      read('gpt2', added('end of')),
      read('gpt2', added('END')),
      read('gpt2', added(' ')),
      read('llama', { normalizer: { type: 'Prepend', prepend: '▁' } }),
      read('llama', { normalizer: { type: 'Replace', pattern: { String: 'a b' }, content: 'c' } }),
      read('llama', { model: { ...merges, merges: [...merges.merges, ['e', '▁']] } }),
      read('gpt2', {
        pre_tokenizer: { type: 'Split', pattern: { Regex: '.*' }, behavior: 'Isolated', invert: false },
      }),
    ]
    for (const structure of across) expect([...chunkerOf(structure)(words)]).toEqual([words])
  })
})
