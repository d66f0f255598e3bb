import { InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'

import { beforeAll, describe, expect, it } from 'vitest'
import type { InnerModelDescription } from './description'
import { checkInputs, checkTokenMask } from './inputs'

const tokens = { name: 'emb', shape: [10, 2] }
const description: InnerModelDescription = {
  family: 'toy',
  width: 2,
  heads: 1,
  vocabularySize: 10,
  maximumPositions: 4,
  embedding: { tokens },
  blocks: [],
  head: { vocabulary: tokens },
}

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
})

describe('checkInputs', () => {
  it('takes one sequence or a batch, as lists or typed arrays', () => {
    expect(checkInputs(description, [1, 2, 3])).toMatchObject({ batch: 1, length: 3 })
    const batch = checkInputs(description, [new Int32Array([1, 2]), [3, 4]])
    expect(batch).toMatchObject({ batch: 2, length: 2, allowed: undefined })
    expect(batch.tokens[1]).toEqual(new Int32Array([3, 4]))
  })

  const ones = (rows: number, columns: number) =>
    Array.from({ length: rows }, () => Array(columns).fill(1) as number[])
  const wrong: [string, () => unknown, string][] = [
    ['one token', () => checkInputs(description, [1]), 'The input has 1 tokens; expected at least 2'],
    ['no token', () => checkInputs(description, []), 'The input has 0 tokens'],
    ['an id too large', () => checkInputs(description, [1, 10]), 'Input id 10 at position 1 of sequence 0'],
    [
      'a negative id',
      () =>
        checkInputs(description, [
          [1, 2],
          [-1, 2],
        ]),
      'Input id -1 at position 0 of sequence 1',
    ],
    ['a fraction', () => checkInputs(description, [1.5, 2]), 'Input id 1.5'],
    [
      'unequal lengths',
      () =>
        checkInputs(description, [
          [1, 2, 3],
          [1, 2],
        ]),
      'Sequence 1 has 2 tokens and sequence 0 has 3',
    ],
    [
      'a context too long',
      () => checkInputs(description, [1, 2, 3, 4, 5]),
      "5 tokens, more than the model's 4 positions",
    ],
    [
      'a position too large',
      () => checkInputs(description, [1, 2], { positionIds: [0, 4] }),
      'positionIds has 4 at position 1; expected whole numbers from 0 to 3',
    ],
    [
      'too few positions',
      () => checkInputs(description, [1, 2, 3], { positionIds: [0, 1] }),
      'positionIds has shape [1, 2]; expected [3] or [1, 3]',
    ],
    [
      'an attention mask of another size',
      () => checkInputs(description, [1, 2, 3], { attentionMask: ones(2, 3) }),
      'attentionMask has shape [1, 2, 3]; expected [3, 3] or [1, 3, 3]',
    ],
    [
      'attention masks for another batch',
      () => checkInputs(description, [1, 2], { attentionMask: [ones(2, 2), ones(2, 2)] }),
      'attentionMask has shape [2, 2, 2]; expected [2, 2] or [1, 2, 2]',
    ],
    [
      'a row that forbids everything before it',
      () =>
        checkInputs(description, [1, 2], {
          attentionMask: [
            [0, 1],
            [1, 1],
          ],
        }),
      'Row 0 of attentionMask (sequence 0) forbids every token up to itself',
    ],
    [
      'a mask of other numbers',
      () =>
        checkInputs(description, [1, 2], {
          attentionMask: [
            [1, 0],
            [0.5, 1],
          ],
        }),
      'attentionMask has the value 0.5; expected 0 or 1',
    ],
    [
      'a token mask of other numbers',
      () => checkTokenMask('trainMask', [2, 0], 1, 2),
      'trainMask has the value 2',
    ],
  ]

  it.each(wrong)('refuses %s', (_, check, words) => {
    expect(check).toThrow(InputError)
    expect(check).toThrow(words)
  })

  it('allows a longer context where positions restart', () => {
    expect(checkInputs(description, [1, 2, 3, 4, 5], { positionIds: [0, 1, 2, 0, 1] }).length).toBe(5)
  })
})
