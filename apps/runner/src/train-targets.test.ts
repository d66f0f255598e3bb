import { expect, it } from 'vitest'
import { trainTargetCounts } from './train-targets'

const batch = [
  [5, 6, 7, 8],
  [5, 6, 7, 8],
]

it.each([
  ['one sequence', [5, 6, 7, 8], 3, undefined, [2]],
  ['the first token alone', [5, 6, 7, 8], 1, undefined, [0]],
  ['a length for each sequence', batch, [3, 1], undefined, [2, 0]],
  ['a mask, whose first number says nothing', [5, 6, 7, 8], 3, [1, 0, 1, 1], [1]],
  ['one mask for all', batch, [3, 2], [[1, 1, 0, 1]], [1, 1]],
  [
    'a mask for each',
    batch,
    4,
    [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ],
    [0, 3],
  ],
])('counts the targets of %s', (_, tokens, trainLength, mask, counts) => {
  expect(trainTargetCounts(tokens, trainLength, mask)).toEqual(counts)
})
