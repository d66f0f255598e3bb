import { fileURLToPath } from 'node:url'
import { loadTokenizer, memorySource, type Tokenizer } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { tokenizeDemonstration, tokenizeQuestion } from './tokenized'

const json = (content: unknown) => new TextEncoder().encode(JSON.stringify(content))

/** GPT-2's way to cut words, with a few merges: `Ġgood` is one token, ` bad` is two. */
async function wordTokenizer(): Promise<Tokenizer> {
  const letters = [...'abdefgilmnorstuv:.\u010a\u0120ST']
  const pairs = [
    ['\u0120', 'g'],
    ['o', 'o'],
    ['oo', 'd'],
    ['\u0120g', 'ood'],
    ['\u0120', 'b'],
    ['a', 'd'],
    ['\u010a', '\u010a'],
  ]
  const tokens = [...letters, ...pairs.map((pair) => pair.join(''))]
  const tokenizer = {
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: pairs.map((pair) => pair.join(' ')),
    },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true, trim_offsets: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, use_regex: true, trim_offsets: true },
  }
  return loadTokenizer(memorySource('words', { 'tokenizer.json': json(tokenizer) }))
}

let words: Tokenizer
let bytes: Tokenizer
beforeAll(async () => {
  words = await wordTokenizer()
  const folder = fileURLToPath(new URL('../../../../apps/runner/models/gpt2-nano-bytes', import.meta.url))
  bytes = await loadTokenizer(folderSource(folder))
})

const question = { prompt: 'fun\nTone:', answers: [' good', ' bad'] }

describe('tokenizeQuestion', () => {
  it('gives the space to the word', () => {
    const { answers, length } = tokenizeQuestion(words, question)
    expect(answers.map(({ tokens }) => [...tokens].map((id) => words.decode([id])))).toEqual([
      [' good'],
      [' b', 'ad'],
    ])
    for (const { context } of answers) expect(words.decode(context)).toBe(question.prompt)
    expect(length).toBe(words.encode(question.prompt).length + 1)
  })

  it('gives the text as the tokenizer has it, whatever is asked', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'binary' }),
        fc.string({ minLength: 1 }),
        (prompt, answer) => {
          const [only] = tokenizeQuestion(bytes, { prompt, answers: [answer] }).answers
          expect([...only!.context, ...only!.tokens]).toEqual([...bytes.encode(prompt + answer)])
          expect(only!.tokens.length).toBe(new TextEncoder().encode(answer).length)
        },
      ),
    )
  })
})

describe('tokenizeDemonstration', () => {
  it('knows which tokens are the answer, and ends with an empty line', () => {
    const { tokens, isAnswer } = tokenizeDemonstration(words, question, 1)
    expect(words.decode(tokens)).toBe('fun\nTone: bad\n\n')
    expect(words.decode(tokens.filter((_, index) => isAnswer[index] === 1))).toBe(' bad')
    expect(isAnswer).toHaveLength(tokens.length)
  })
})
