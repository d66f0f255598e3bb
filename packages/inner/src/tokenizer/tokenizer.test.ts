import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../checkpoint/memory'
import { fixtureSource, mergesFiles, readFixture } from './fixtures/read'
import { loadTokenizer } from './load'
import type { TokenizedText } from './tokenizer'

/** What Python says: a list, or how long it is and its digest. */
type Ids = number[] | { count: number; digest: string }
interface Expected {
  folder: string
  patch: object
  vocabularySize: number
  texts: Record<string, { ids: Ids; spans: string; special: number[]; decoded: string }>
  long: Record<string, Ids>
  decoded: { ids: number[]; text: string }[]
}

const expected: Record<string, Expected> = JSON.parse(readFixture('models/expected.json'))
const texts: Record<string, string> = JSON.parse(readFixture('models/texts.json'))
const corpus = readFixture('corpus.txt')
const longTexts: Record<string, string> = {
  '100 kB of the corpus': Array.from(corpus.repeat(20)).slice(0, 100_000).join(''),
  '100 kB of spaces and a word': `${' '.repeat(50_000)}word${' '.repeat(50_000)}`,
  '100 kB of one letter': 'a'.repeat(100_000),
  '100 kB of an emoji': '🙂'.repeat(25_000),
}

const digest = (content: Uint8Array | string) =>
  createHash('sha256').update(content).digest('hex').slice(0, 16)
const bytesOf = (ids: Int32Array) => new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength)
const short = (ids: Int32Array): Ids =>
  ids.length <= 100 ? [...ids] : { count: ids.length, digest: digest(bytesOf(ids)) }

/** Python gives a space that was put in front the character after it; here it has no place in the text. */
function pythonSpans(text: string, { starts, ends }: TokenizedText): Int32Array {
  const spans = [...starts].map((start, index) => {
    const end = ends[index] ?? -1
    return end > start ? [start, end] : [start, start + (text.codePointAt(start)! > 0xffff ? 2 : 1)]
  })
  return Int32Array.from(spans.flat())
}

const filesOf = ({ folder }: Expected) => (folder === 'opt' ? mergesFiles : ['tokenizer.json'])

/** With NFC, Python gives a joined character the first of its letters; here it covers them all. */
const spansDiffer = new Set(['gpt-neox on combining marks'])

describe.each(Object.entries(expected))('%s agrees with Python', (family, python) => {
  const loading = loadTokenizer(fixtureSource(python.folder, filesOf(python), python.patch))

  it.each(Object.keys(texts))('on %s', async (name) => {
    const tokenizer = await loading
    const text = texts[name] ?? ''
    const { ids, spans, special, decoded } = python.texts[name]!
    expect(short(tokenizer.encode(text))).toEqual(ids)
    expect([...tokenizer.encode(text, { addSpecialTokens: true }).subarray(0, 3)]).toEqual(special)
    expect(digest(tokenizer.decode(tokenizer.encode(text)))).toBe(decoded)
    const agrees = digest(bytesOf(pythonSpans(text, tokenizer.tokenize(text)))) === spans
    expect(agrees).toBe(!spansDiffer.has(`${family} on ${name}`))
  })

  it.each(Object.keys(longTexts))('on %s', async (name) => {
    expect(short((await loading).encode(longTexts[name] ?? ''))).toEqual(python.long[name])
  })

  it('on what ids that no text gives read as', async () => {
    const tokenizer = await loading
    for (const { ids, text } of python.decoded) expect(tokenizer.decode(ids)).toBe(text)
  })

  it('on the size of the vocabulary', async () => {
    expect((await loading).vocabularySize).toBe(python.vocabularySize)
  })
})

describe('a vocabulary with merges', () => {
  it('is the tokenizer that tokenizer.json describes', async () => {
    const python = expected.gpt2!
    const files = ['vocab.json', 'merges.txt', 'tokenizer_config.json']
    const tokenizer = await loadTokenizer(fixtureSource('gpt2', files))
    for (const [name, { ids }] of Object.entries(python.texts)) {
      expect(short(tokenizer.encode(texts[name] ?? ''))).toEqual(ids)
    }
    expect(tokenizer.beginOfText).toBe(python.vocabularySize - 1)
    expect(tokenizer.endOfText).toBe(python.vocabularySize - 1)
  })

  it('names the special tokens of OPT', async () => {
    const tokenizer = await loadTokenizer(fixtureSource('opt', mergesFiles))
    expect(tokenizer).toMatchObject({ kind: 'byte-level', beginOfText: 2, endOfText: 2 })
    expect([...tokenizer.encode('', { addSpecialTokens: true })]).toEqual([2])
    expect([...tokenizer.encode('<pad></s>')]).toEqual([1, 2])
  })

  it('has the tokens that were added beside it', async () => {
    const files = Object.fromEntries(
      mergesFiles.map((name): [string, string] => [name, readFixture(`models/opt/${name}`)]),
    )
    const configuration = JSON.parse(files['tokenizer_config.json']!)
    configuration.added_tokens_decoder = { 583: { content: '<here>', special: true } }
    const source = memorySource('opt', {
      ...files,
      'added_tokens.json': '{"<there>":582}',
      'tokenizer_config.json': JSON.stringify(configuration),
    })
    const tokenizer = await loadTokenizer(source)
    expect(tokenizer.vocabularySize).toBe(584)
    expect([...tokenizer.encode('<there><here></s>')]).toEqual([582, 583, 2])
  })
})

describe('a character without a token', () => {
  const { model } = JSON.parse(readFixture('models/llama/tokenizer.json'))

  // The ids and spans are Python's for the same patch.
  it.each([
    [true, 'the 語語 b', [347, 340, 0, 379], [0, 3, 3, 4, 4, 6, 6, 8]],
    [true, 'a語<unk>b語', [346, 0, 0, 379, 0], [0, 1, 1, 2, 2, 7, 7, 8, 8, 9]],
    [false, 'the 語語 b', [347, 340, 0, 0, 379], [0, 3, 3, 4, 4, 5, 5, 6, 6, 8]],
    [false, 'a語<unk>b語', [346, 0, 0, 379, 0], [0, 1, 1, 2, 2, 7, 7, 8, 8, 9]],
  ])('is unknown, fused: %s, in %s', async (fused, text, ids, spans) => {
    const patch = { model: { ...model, byte_fallback: false, fuse_unk: fused } }
    const tokenizer = await loadTokenizer(fixtureSource('llama', ['tokenizer.json'], patch))
    expect(tokenizer.kind).toBe('characters')
    const tokenized = tokenizer.tokenize(text)
    expect([...tokenized.ids]).toEqual(ids)
    expect([...pythonSpans(text, tokenized)]).toEqual(spans)
  })
})
