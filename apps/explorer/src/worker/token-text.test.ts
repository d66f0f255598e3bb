import { loadTokenizer, type Tokenizer } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { shippedFolder } from '../test-support/explorer'
import type { LoadedModel } from './loaded-model'
import { cutText, tokenLabel, tokensForStep } from './token-text'

describe('a text in tokens', () => {
  let tokenizer: Tokenizer
  const loaded = (maximumPositions = 512) =>
    ({ name: 'm', tokenizer, model: { description: { maximumPositions } } }) as LoadedModel

  beforeAll(async () => {
    tokenizer = await loadTokenizer(folderSource(shippedFolder('gpt2-nano-bytes')))
  })

  it('has a piece for each character, however many tokens spell it', () => {
    const text = 'aß🙂b'
    const { pieces, total, tokens } = cutText(text, loaded())
    expect(pieces.map((piece) => piece.text)).toEqual(['a', 'ß', '🙂', 'b'])
    expect(pieces.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 3],
      [3, 7],
      [7, 8],
    ])
    expect([total, tokens]).toEqual([8, 8])
    expect(cutText('', loaded())).toEqual({ pieces: [], total: 0, tokens: 0 })
  })

  it('ends with a whole character where the model reads no more', () => {
    const { pieces, total, tokens } = cutText('aß🙂b', loaded(5))
    expect(pieces.map((piece) => piece.text)).toEqual(['a', 'ß'])
    expect([total, tokens]).toEqual([8, 3])
  })

  it('is ids where there is no tokenizer', () => {
    const model = { ...loaded(), tokenizer: undefined }
    expect([...tokensForStep('[12, 7\n256]', model).ids]).toEqual([12, 7, 256])
    expect(() => cutText('12 seven', model)).toThrow('"seven" is none')
    expect(() => cutText('-1', model)).toThrow('"-1" is none')
  })

  it('must be long enough for a step', () => {
    expect(() => tokensForStep('ab', loaded())).toThrow('The text has 2 tokens; expected at least 3')
  })

  it('names tokens that are a part of a character by their bytes', () => {
    const [, first] = tokenizer.encode('aß')
    expect(tokenLabel(first!, tokenizer)).toBe('0xC3')
    expect(tokenLabel(tokenizer.encode('a')[0]!, tokenizer)).toBe('a')
    expect(tokenLabel(5, undefined)).toBe('5')
  })
})
