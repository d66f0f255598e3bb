import { box, cell, legend, margin, soft, svg, table, text } from '../drawing.mjs'
import { fill, inSlots, panelX, strip, stripHeight } from '../state.mjs'

const numberWidth = 40
const numberHeight = 32

function place(x, y, number) {
  if (number !== 'c') {
    const kind = number.startsWith('a') ? 'signal' : 'memory'
    return cell(x, y, numberWidth, numberHeight, { kind, text: number })
  }
  return [
    box(x + 2, y + 2, numberWidth - 4, numberHeight - 4, { fill: '#e6e9ed' }),
    text(x + numberWidth / 2, y + 21, number, { anchor: 'middle' }),
  ].join('')
}

/** The eight numbers of a head by their places in pairs: `a` turns with the `b` of the same index, `c` stays. */
function head(y, caption, numbers) {
  const x = panelX(2)
  return [
    text(x + 2, y + 16, caption, { size: 15 }),
    ...numbers.split(' ').map((number, index) => place(x + index * numberWidth, y + 22, number)),
  ].join('\n')
}

const stripTop = margin + 36
const table0 = stripTop + stripHeight + 4
const images = table(
  margin + 8,
  table0,
  [
    ['', 340],
    ['at a of a pair', 200],
    ['at its b', 200],
    ['at c', 150],
  ],
  [
    ['x: queries or keys in slot 0', 'a', 'b', 'c'],
    ['P x: head-split linear', '−b', 'a', '0'],
    ['cos: image of position p, 0 in other slots', 'cos p θ', 'cos p θ', '1'],
    ['sin: image of position p, 0 in other slots', 'sin p θ', 'sin p θ', '0'],
    ['*x cos + (P x) sin*', 'a cos p θ − b sin p θ', 'b cos p θ + a sin p θ', 'c'],
  ],
)
const legendTop = table0 + images.height + 14
const key = legend(legendTop, ['signal', 'zero'])

export const rotary = svg(
  legendTop + key.height,
  'Rotary positions',
  'Queries or keys in slot 0 become turned ones. Beside them the eight numbers of a head: in halves number i is paired with number i + 4, where four of eight turn number i with i + 2 and the last four stay, and neighbours pair 2 i with 2 i + 1. A table: P x has minus b at a and a at b; times sine, added to x times cosine, it is the pair turned by the angle p θ.',
  [
    text(margin, margin + 18, 'Once for q, once for k: x cos + (P x) sin', { size: 18, weight: 700 }),
    text(panelX(2), margin + 18, 'Pairs in a head of 8 numbers', { size: 18, weight: 700 }),
    strip(stripTop, [
      { caption: ['brought in', 'what a linear made'], tokens: inSlots({ 0: fill('signal', 'q') }) },
      {
        caption: ['1 rotary positions', 'each pair is turned'],
        tokens: inSlots({ 0: fill('signal', 'q turned', { written: true }) }),
      },
    ]),
    head(stripTop + 6, 'halves, all 8 (LLaMA)', 'a_0 a_1 a_2 a_3 b_0 b_1 b_2 b_3'),
    head(stripTop + 76, 'halves, the first 4 (GPT-NeoX)', 'a_0 a_1 b_0 b_1 c c c c'),
    head(stripTop + 146, 'neighbours, the first 4 (GPT-J)', 'a_0 b_0 a_1 b_1 c c c c'),
    text(panelX(2) + 2, stripTop + 228, 'a_0 turns with b_0, a_1 with b_1; c stays', {
      size: 15,
      fill: soft,
    }),
    images.drawn,
    key.drawn,
  ].join('\n'),
)
