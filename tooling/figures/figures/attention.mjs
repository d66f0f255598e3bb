import { box, kinds, soft, text } from '../drawing.mjs'
import { fill, inSlots, panelX, stateFigure } from '../state.mjs'

const size = 22

/** The probabilities of six tokens: row `t` reads the columns `u <= t`. */
function probabilities(index, caption, marked) {
  return (y) => {
    const x = panelX(index) + 20
    const top = y + 56
    const cells = Array.from({ length: 36 }, (_, place) => {
      const [row, column] = [Math.floor(place / 6), place % 6]
      const isMarked = marked === 'row' ? row === 3 : column === 3
      const open = column <= row
      const shade = isMarked ? kinds.gradient.fill : kinds.signal.fill
      return box(x + column * size, top + row * size, size - 2, size - 2, {
        fill: open ? shade : '#fff',
        stroke: open ? shade : '#c9d1d9',
        thick: 1,
        radius: 3,
      })
    })
    return [
      text(x, y + 17, caption, { weight: 700 }),
      text(x, y + 37, marked === 'row' ? 'y_t reads its row t' : 'dv_u reads its column u', {
        size: 15,
        fill: soft,
      }),
      ...cells,
      text(x - 10, top + 3.5 * size + 4, marked === 'row' ? 't' : '', { size: 15, anchor: 'end' }),
      text(x + 3.5 * size - 1, top + 6 * size + 15, marked === 'row' ? '' : 'u', {
        size: 15,
        anchor: 'middle',
      }),
    ].join('\n')
  }
}

export const attention = stateFigure({
  title: 'Softmax attention: forward and backward',
  description:
    'Forward: queries in slot 2, keys in slot 3 and values, moved to slot 1, give y in slot 0 by the simulator’s softmax heads. Backward: the same scores of slots 2 and 3, and dy in slot 0 becomes dv by the transposed probabilities. Beside them, the lower triangle of probabilities: forward reads along a row, backward along a column.',
  kinds: ['signal', 'memory', 'gradient', 'zero'],
  attention: true,
  parts: [
    { heading: [['Forward: y = softmax(c q k^T + mask) v', 0]] },
    {
      panels: [
        {
          caption: ['brought in', 'by three linears'],
          tokens: inSlots({ 0: fill('signal', 'v'), 2: fill('memory', 'q'), 3: fill('memory', 'k') }),
        },
        {
          caption: ['1 cross-head linear', 'makes room for y'],
          tokens: inSlots({
            1: fill('signal', 'v', { reads: 'v', written: true }),
            2: fill('memory', 'q', { reads: 'q' }),
            3: fill('memory', 'k', { reads: 'k' }),
          }),
        },
        {
          caption: ['2 softmax attention', 'tokens read tokens'],
          tokens: inSlots({
            0: fill('signal', 'y', { written: true }),
            1: fill('signal', 'v'),
            2: fill('memory', 'q'),
            3: fill('memory', 'k'),
          }),
        },
      ],
      beside: probabilities(3, 'y = a v', 'row'),
    },
    { heading: [['Backward, with a held constant: dv = a^T dy', 0]] },
    {
      panels: [
        {
          caption: ['brought in', 'dy, and what was kept'],
          tokens: inSlots({
            0: fill('gradient', 'dy', { reads: 'v' }),
            2: fill('memory', 'q', { reads: 'q' }),
            3: fill('memory', 'k', { reads: 'k' }),
          }),
        },
        {
          caption: ['1 softmax attention', 'transposed'],
          tokens: inSlots({ 0: fill('gradient', 'dv', { written: true }) }),
        },
      ],
      beside: probabilities(3, 'dv = a^T dy', 'column'),
    },
  ],
})
