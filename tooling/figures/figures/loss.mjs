import { fill, inSlots, stateFigure } from '../state.mjs'

/** The three binary digits of a position as signs, the lowest first. */
const signs = (position) => [0, 1, 2].map((digit) => ((position >> digit) & 1 ? '+' : '−'))

const agreement = (first, second) =>
  signs(first).reduce((sum, sign, digit) => sum + (sign === signs(second)[digit] ? 1 : -1), 0)

const score = (position) => `${60 * agreement(position, 5)}`.replace('-', '−')

export const loss = stateFigure({
  title: 'Loss gradient',
  description:
    'Tokens hold h in slot 0 and their own row of the head in slot 1. An MLP with the head’s matrix writes the expected row to slot 2, next-token attention writes the next token’s row to slot 3, and slot 0 becomes their difference. Below, the scores of the query of position 4: 180 at position 5 and at most 60 elsewhere.',
  kinds: ['signal', 'gradient', 'zero'],
  attention: true,
  parts: [
    {
      panels: [
        {
          caption: ['brought in', 'h, and own row of E'],
          tokens: inSlots({ 0: fill('signal', 'h_{t}'), 1: fill('signal', 'row of t') }),
        },
        {
          caption: ['1 vocabulary MLP', 'E^T p, by E h'],
          tokens: inSlots({
            0: fill('signal', 'h_{t}'),
            1: fill('signal', 'row of t', { reads: 'v' }),
            2: fill('signal', 'expected', { written: true }),
          }),
        },
        {
          caption: ['2 next-token attention', 'moves slot 1 up by one'],
          tokens: inSlots({
            0: fill('signal', 'h_{t}'),
            1: fill('signal', 'row of t'),
            2: fill('signal', 'expected'),
            3: fill('signal', 'row of t + 1', { written: true }),
          }),
        },
        {
          caption: ['3 cross-head linear', 'slot 2 − slot 3'],
          tokens: inSlots({ 0: fill('gradient', 'dh_{t}', { written: true }) }),
        },
      ],
    },
    { heading: [['Scores of the query at position 4: 60 times the digits of 5, + − +', 0]] },
    {
      columns: [['key at position', 170], ...Array.from({ length: 8 }, (_, position) => [`${position}`, 90])],
      rows: [
        ['digits of 1, 2, 4', ...Array.from({ length: 8 }, (_, position) => signs(position).join(' '))],
        [
          'score',
          ...Array.from({ length: 8 }, (_, position) => (position === 5 ? '*180*' : score(position))),
        ],
        ['softmax in float32', ...Array.from({ length: 8 }, (_, position) => (position === 5 ? '*1*' : '0'))],
      ],
    },
  ],
})
