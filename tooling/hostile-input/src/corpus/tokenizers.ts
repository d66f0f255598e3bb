import { nestedLists } from '../building/bytes'
import { tokenizerJson } from '../building/tokenizer'
import type { FolderContent, HostileCase, HostileGroup } from '../hostile-case'

function tokenizer(name: string, what: string, json: () => string, words: RegExp): HostileCase {
  return inFolder(name, what, () => ({ 'tokenizer.json': json() }), words)
}

function inFolder(name: string, what: string, content: () => FolderContent, words: RegExp): HostileCase {
  return { name: `tokenizer-${name}`, what, way: 'tokenizer', content, error: 'CheckpointError', words }
}

const splitAt = (Regex: string) =>
  tokenizerJson({ pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false } })

function pattern(name: string, what: string, regex: string): HostileCase {
  return tokenizer(
    `pattern-${name}`,
    `cuts words by ${what}`,
    () => splitAt(regex),
    /tokenizer\.json of .*, the field pre_tokenizer has the pattern .* which cannot be made to hang/,
  )
}

const model = (parts: object) => () => tokenizerJson({}, parts)
const numbered = (count: number) => Array.from({ length: count }, (_, index) => [`t${index}`, index])

/** `tokenizer.json`, and `vocab.json` with `merges.txt`. */
export const tokenizers: HostileGroup = {
  title: 'A tokenizer',
  cases: [
    pattern('nested', 'a pattern that takes exponential time', '(a+)+$'),
    pattern('alternatives', 'alternatives that overlap', '(a|a)*b'),
    pattern('known-changed', "LLaMA 3's pattern with a quantifier more", '(?:\\p{N}{1,3})*|(?:\\s+)*$'),
    pattern('quadratic', 'a pattern that takes quadratic time', '\\s*a*\\s*a*\\s*b'),
    pattern('lookbehind', 'a look behind that takes quadratic time', '(?<=a*b)c'),
    pattern('invalid', 'a pattern that is none', '(['),
    pattern('long', 'a pattern of 4096 letters', 'a?'.repeat(2048)),
    tokenizer(
      'pattern-text',
      'cuts words by an empty text',
      () =>
        tokenizerJson({ pre_tokenizer: { type: 'Split', pattern: { String: '' }, behavior: 'Isolated' } }),
      /pre_tokenizer/,
    ),
    tokenizer(
      'replace-pattern',
      'replaces by a pattern',
      () => tokenizerJson({ normalizer: { type: 'Replace', pattern: { Regex: '(a+)+$' }, content: '' } }),
      /normalizer\.pattern/,
    ),
    tokenizer(
      'replace-grows',
      'makes each letter longer, sixteen times',
      () =>
        tokenizerJson({
          normalizer: {
            type: 'Sequence',
            normalizers: Array(16).fill({ type: 'Replace', pattern: { String: 'a' }, content: 'aaaaaaaaaa' }),
          },
        }),
      /normalizers\.0\.content.*not longer than the pattern/,
    ),
    tokenizer(
      'many-parts',
      'has 100,000 normalizers',
      () =>
        tokenizerJson({
          normalizer: { type: 'Sequence', normalizers: Array(100_000).fill({ type: 'NFC' }) },
        }),
      /normalizer\.normalizers/,
    ),
    tokenizer(
      'precompiled',
      'has a compiled map of letters',
      () => tokenizerJson({ normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } }),
      /normalizer/,
    ),
    tokenizer(
      'unigram',
      'is a unigram model with an unknown id that is not there',
      model({ type: 'Unigram', unk_id: 1e9, vocab: [['a', -1]] }),
      /model\.type.*"Unigram"/,
    ),
    tokenizer('vocab-list', 'has a list as its vocabulary', model({ vocab: [['a', 0]] }), /model\.vocab/),
    tokenizer('vocab-nothing', 'has no vocabulary', model({ vocab: null }), /model\.vocab/),
    tokenizer(
      'id-negative',
      'has a negative id',
      model({ vocab: { a: -1 }, merges: [] }),
      /model\.vocab\.a .*found -1/,
    ),
    tokenizer(
      'id-fraction',
      'has a fractional id',
      model({ vocab: { a: 0.5 }, merges: [] }),
      /model\.vocab\.a .*found 0\.5/,
    ),
    tokenizer(
      'id-text',
      'has an id that is a text',
      model({ vocab: { a: '0' }, merges: [] }),
      /model\.vocab\.a .*found "0"/,
    ),
    tokenizer('id-huge', 'has the id 2^53', model({ vocab: { a: 2 ** 53 }, merges: [] }), /model\.vocab\.a /),
    tokenizer(
      'id-infinite',
      'has the id 1e999',
      () => tokenizerJson().replace('"a":0', '"a":1e999'),
      /model\.vocab\.a /,
    ),
    tokenizer(
      'merge-unknown',
      'merges tokens that are not there',
      model({ merges: ['a zz'] }),
      /merges\.0 .*"zz" is not in the vocabulary/,
    ),
    tokenizer(
      'merge-result',
      'merges into a token that is not there',
      model({ merges: ['b b'] }),
      /merges\.0 .*"bb" is not in the vocabulary/,
    ),
    tokenizer('merge-three', 'merges three tokens', model({ merges: ['a b a'] }), /model\.merges\.0/),
    tokenizer('merge-empty', 'merges nothing with something', model({ merges: [' a'] }), /model\.merges\.0/),
    tokenizer(
      'added-gap',
      'has an added token with the id 10^9',
      () => tokenizerJson({ added_tokens: [{ id: 1e9, content: '<x>' }] }),
      /added_tokens\.0.*leaves a gap/,
    ),
    tokenizer(
      'added-twice',
      'gives a token two ids',
      () => tokenizerJson({ added_tokens: [{ id: 3, content: 'a' }] }),
      /added_tokens\.0.*"a" has the id 3 there and 0/,
    ),
    tokenizer(
      'added-many',
      'has 200,000 added tokens',
      () =>
        tokenizerJson({
          added_tokens: Array.from({ length: 200_000 }, (_, id) => ({ id, content: `<${id}>` })),
        }),
      /added_tokens/,
    ),
    tokenizer(
      'added-long',
      'has an added token of a million letters',
      () => tokenizerJson({ added_tokens: [{ id: 5, content: 'x'.repeat(1e6) }] }),
      /added_tokens\.0\.content/,
    ),
    tokenizer(
      'special-unknown',
      'puts an id around texts that no token has',
      () => tokenizerJson({ post_processor: { type: 'BertProcessing', sep: ['x', 4e9], cls: ['x', 0] } }),
      /post_processor.*4000000000/,
    ),
    tokenizer(
      'special-many',
      'puts 100,000 tokens around each text',
      () =>
        tokenizerJson({
          post_processor: {
            type: 'TemplateProcessing',
            single: Array(100_000).fill({ SpecialToken: { id: 'x' } }),
            special_tokens: { x: { ids: [5] } },
          },
        }),
      /post_processor\.single/,
    ),
    tokenizer(
      'unknown-token',
      'has an unknown token that is not there',
      model({ unk_token: '<?>' }),
      /model\.unk_token/,
    ),
    tokenizer(
      'nested',
      'has 100,000 lists in lists',
      () => tokenizerJson().replace('"normalizer":null', `"normalizer":${nestedLists(100_000)}`),
      /tokenizer\.json .*more than 128 levels of nesting/,
    ),
    tokenizer(
      'nested-unread',
      'has 10,000 lists in lists in a field that is not read',
      () => tokenizerJson().replace('{', `{"x":${nestedLists(10_000)},`),
      /tokenizer\.json .*more than 128 levels of nesting/,
    ),
    tokenizer(
      'bomb',
      'has 2 million empty lists',
      () => `{"x":[${'[],'.repeat(2_000_000)}[]]}`,
      /tokenizer\.json .*more than 1000000 lists and objects/,
    ),
    inFolder(
      'huge',
      'has 70 MB',
      () => ({ 'tokenizer.json': { sparse: 70_000_000, start: new Uint8Array(0) } }),
      /tokenizer\.json in .* has 70000000 bytes/,
    ),
    tokenizer(
      'truncated',
      'is cut off',
      () => tokenizerJson().slice(0, 200),
      /tokenizer\.json in .* is not valid JSON/,
    ),
    tokenizer(
      'long-value',
      'has a type of a million letters',
      () => tokenizerJson({ decoder: { type: 'x'.repeat(1e6) } }),
      /decoder.*x{70,79}\.\.\./,
    ),
    inFolder(
      'merges-binary',
      'has merges that are not UTF-8',
      () => ({ 'vocab.json': '{"a":0}', 'merges.txt': new Uint8Array([0xff, 0xfe]) }),
      /merges\.txt in .* is not UTF-8/,
    ),
    inFolder(
      'merges-line',
      'has a merge of one token',
      () => ({ 'vocab.json': '{"a":0}', 'merges.txt': 'a\n' }),
      /merges\.txt of .*, line 1 is "a"/,
    ),
    inFolder(
      'merges-long',
      'has a merge of a million letters',
      () => ({ 'vocab.json': '{"a":0}', 'merges.txt': 'a'.repeat(1e6) }),
      /merges\.txt of .*, line 1 is "a{79}\.\.\./,
    ),
    inFolder(
      'vocab-proto',
      'has a vocabulary that lacks what a configuration names',
      () => ({
        'vocab.json': '{"__proto__":0}',
        'merges.txt': '',
        'tokenizer_config.json': '{"bos_token":"constructor"}',
      }),
      /the special token "constructor"/,
    ),
    inFolder(
      'added-file',
      'has an added token without letters',
      () => ({ 'tokenizer.json': tokenizerJson(), 'added_tokens.json': '{"":7}' }),
      /added_tokens\.json/,
    ),
    inFolder(
      'added-file-null',
      'has null as its added tokens',
      () => ({ 'tokenizer.json': tokenizerJson(), 'added_tokens.json': 'null' }),
      /added_tokens\.json/,
    ),
    inFolder(
      'added-file-long',
      'has an added token of 10,000 letters in a file of its own',
      () => ({
        'tokenizer.json': tokenizerJson(),
        'added_tokens.json': JSON.stringify({ ['x'.repeat(10_000)]: 7 }),
      }),
      /added_tokens\.json/,
    ),
    inFolder(
      'config-nested',
      'has settings of 10,000 lists in lists',
      () => ({
        'tokenizer.json': tokenizerJson(),
        'tokenizer_config.json': `{"bos_token":${nestedLists(10_000)}}`,
      }),
      /tokenizer_config\.json .*levels of nesting/,
    ),
    inFolder('pipe', 'is a pipe', () => ({ 'tokenizer.json': { pipe: true } }), /There is no tokenizer in/),
    inFolder(
      'vocab-many',
      'has special tokens beyond a vocabulary of 100,000',
      () => ({
        'vocab.json': JSON.stringify(Object.fromEntries(numbered(100_000))),
        'merges.txt': '',
        'special_tokens_map.json': '{"eos_token":"</s>"}',
      }),
      /special token "<\/s>"/,
    ),
  ],
}
