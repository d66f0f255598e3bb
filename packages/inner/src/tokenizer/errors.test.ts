import { CheckpointError, InputError } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../checkpoint/memory'
import { fixtureSource, mergesFiles, readFixture } from './fixtures/read'
import { checkVocabulary, loadTokenizer } from './load'

const gpt2 = JSON.parse(readFixture('models/gpt2/tokenizer.json'))
const loadPatched = (patch: object) => loadTokenizer(fixtureSource('gpt2', ['tokenizer.json'], patch))
const withModel = (patch: object) => loadPatched({ model: { ...gpt2.model, ...patch } })

async function messageOf(loading: Promise<unknown>): Promise<string> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(CheckpointError)
  return (error as CheckpointError).message
}

describe('a broken tokenizer.json', () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'another kind of model',
      () => withModel({ type: 'WordPiece' }),
      /tokenizer\.json of gpt2.*model\.type.*"WordPiece"/,
    ],
    ['no vocabulary', () => withModel({ vocab: undefined }), /model\.vocab.*found nothing/],
    ['a list for a vocabulary', () => withModel({ vocab: ['a'] }), /model\.vocab/],
    ['an id that is no number', () => withModel({ vocab: { a: 0, b: 'x' } }), /model\.vocab\.b .*"x"/],
    ['a negative id', () => withModel({ vocab: { a: -1 } }), /model\.vocab\.a .*-1/],
    ['an id beyond any vocabulary', () => withModel({ vocab: { a: 2 ** 31 } }), /model\.vocab\.a /],
    [
      'more tokens than any vocabulary',
      () =>
        withModel({ vocab: Object.fromEntries(Array.from({ length: 500_001 }, (_, id) => [`t${id}`, id])) }),
      /model\.vocab.*expected at most 500000 tokens, found 500001/,
    ],
    [
      'more merges than any tokenizer',
      () => withModel({ merges: Array(1_000_001).fill('a b') }),
      /model\.merges.*expected at most 1000000 merges, found 1000001/,
    ],
    ['merges that are no list', () => withModel({ merges: 'a b' }), /model\.merges/],
    ['a merge of three', () => withModel({ merges: ['a b', 'a b c'] }), /model\.merges\.1 .*"a b c"/],
    [
      'a merge that nobody knows',
      () => withModel({ merges: ['a zz'] }),
      /merges\.0.*"zz" is not in the vocabulary/,
    ],
    ['dropout', () => withModel({ dropout: 0.1 }), /model\.dropout/],
    ['an unknown token that is not there', () => withModel({ unk_token: '<?>' }), /model\.unk_token.*"<\?>"/],
    [
      'a normalizer that is not supported',
      () => loadPatched({ normalizer: { type: 'Lowercase' } }),
      /normalizer.*"Lowercase"/,
    ],
    [
      'a pre-tokenizer that is not supported',
      () => loadPatched({ pre_tokenizer: { type: 'Whitespace' } }),
      /pre_tokenizer/,
    ],
    [
      'a replacement that grows',
      () => loadPatched({ normalizer: { type: 'Replace', pattern: { String: 'a' }, content: 'aa' } }),
      /normalizer\.content.*"aa".*not longer/,
    ],
    [
      'a special token with a gap',
      () => loadPatched({ added_tokens: [{ id: 10_000_000, content: '<x>' }] }),
      /added_tokens\.0.*gap/,
    ],
    [
      'a special token with two ids',
      () => loadPatched({ added_tokens: [{ id: 1, content: 'hat' }] }),
      /added_tokens\.0.*"hat"/,
    ],
    [
      'special tokens that no token has',
      () =>
        loadPatched({
          post_processor: { type: 'RobertaProcessing', sep: ['</s>', 99_999], cls: ['<s>', 0] },
        }),
      /post_processor.*99999/,
    ],
  ])('with %s is refused by name', async (_what, load, message) => {
    expect(await messageOf(load())).toMatch(message)
  })

  it('is refused when it is not JSON, not an object, or too large', async () => {
    const load = (content: string) => loadTokenizer(memorySource('here', { 'tokenizer.json': content }))
    expect(await messageOf(load('{'))).toMatch(/tokenizer\.json in here is not valid JSON/)
    expect(await messageOf(load('[1]'))).toMatch(/tokenizer\.json of here/)
    expect(await messageOf(load('null'))).toMatch(/tokenizer\.json of here/)
    const huge = memorySource('here', { 'tokenizer.json': '{}' })
    const list = async () => [{ path: 'tokenizer.json', size: 2 ** 40 }]
    expect(await messageOf(loadTokenizer({ ...huge, list }))).toMatch(/tokenizer\.json.*1099511627776 bytes/)
  })

  it('cannot reach into objects by the names of its tokens', async () => {
    const vocab = JSON.parse('{"__proto__":0,"constructor":1,"toString":2,"a":3}')
    const tokenizer = await loadPatched({ model: { ...gpt2.model, vocab, merges: [] }, added_tokens: [] })
    expect([...tokenizer.encode('a')]).toEqual([3])
    expect(tokenizer.decode([0, 1, 2, 3])).toBe('__proto__constructortoStringa')
    expect(Object.prototype).not.toHaveProperty('a')
  })
})

describe('patterns', () => {
  const catastrophic = {
    pre_tokenizer: { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false },
  }

  it('run when published models have them, and others only for files that are trusted', async () => {
    expect(await messageOf(loadPatched(catastrophic))).toMatch(/pre_tokenizer.*\(a\+\)\+\$.*patterns: 'any'/)
    const trusted = await loadTokenizer(fixtureSource('gpt2', ['tokenizer.json'], catastrophic), {
      patterns: 'any',
    })
    expect(trusted.decode(trusted.encode('aab'))).toBe('aab')
  })
})

describe('a broken folder with a vocabulary and merges', () => {
  const files = Object.fromEntries(mergesFiles.map((name) => [name, readFixture(`models/opt/${name}`)]))
  const load = (patch: Record<string, string>) => loadTokenizer(memorySource('opt', { ...files, ...patch }))

  it('is refused by file, and by line or field', async () => {
    expect(await messageOf(load({ 'merges.txt': '#version: 0.2\na b\nabc\n' }))).toMatch(
      /merges\.txt of opt, line 3 is "abc"/,
    )
    expect(await messageOf(load({ 'merges.txt': 'zz yy\n' }))).toMatch(/merges\.txt.*merges\.0.*"zz"/)
    expect(await messageOf(load({ 'vocab.json': '{"a":0.5}' }))).toMatch(/vocab\.json of opt.*field a.*0\.5/)
    expect(await messageOf(load({ 'vocab.json': '{"a":0}', 'merges.txt': '' }))).toMatch(
      /special token "<\/s>"/,
    )
    expect(await messageOf(load({ 'tokenizer_config.json': '{"bos_token":7}' }))).toMatch(
      /tokenizer_config\.json of opt.*bos_token.*7/,
    )
  })

  it('is refused when there is nothing to load', async () => {
    expect(await messageOf(loadTokenizer(memorySource('empty', {})))).toMatch(
      /no tokenizer in empty.*merges\.txt/,
    )
    expect(await messageOf(loadTokenizer(memorySource('half', { 'vocab.json': '{}' })))).toMatch(
      /no tokenizer in half/,
    )
  })
})

describe('ids', () => {
  it('beyond the vocabulary read as U+FFFD, as a padded model can give them', async () => {
    const tokenizer = await loadPatched({})
    expect(tokenizer.decode([tokenizer.vocabularySize + 3])).toBe('\ufffd')
  })

  it('that are none are refused', async () => {
    const tokenizer = await loadPatched({})
    for (const id of [-1, 0.5, Number.NaN]) {
      expect(() => tokenizer.decode([id])).toThrow(InputError)
      expect(() => tokenizer.tokenBytes(id)).toThrow(/whole number/)
    }
  })
})

describe('the vocabulary of a model', () => {
  it('holds all ids of the tokenizer; more rows are fine', () => {
    expect(() => checkVocabulary({ vocabularySize: 50_265 }, { vocabularySize: 50_272 })).not.toThrow()
    expect(() => checkVocabulary({ vocabularySize: 50_257 }, { vocabularySize: 257 })).toThrow(
      /tokenizer has 50257 ids.*vocabulary has 257/,
    )
  })
})
