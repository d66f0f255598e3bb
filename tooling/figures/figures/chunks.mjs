import { cell, legend, margin, path, soft, svg, text } from '../drawing.mjs'

const square = 78
const chunk = (x, y, words, kind = 'signal') => cell(x, y, square, 32, { kind, text: words })
const arrow = (x, y, length) => path(`M${x} ${y}h${length}`, { arrow: true })

/** `D -> 3.5 D`: four modules read one chunk. */
function wider(y) {
  const left = margin
  const rows = [0, 1, 2, 3].map((row) => {
    const top = y + 42 + row * 50
    return [
      path(`M${left + square + 4} ${y + 42 + 91}L${left + 152} ${top + 19}`, { arrow: true }),
      cell(left + 160, top, 100, 40, { kind: 'weights', text: row < 3 ? `rows ${row}` : 'rows 3 | 0' }),
      arrow(left + 160 + 104, top + 20, 30),
      chunk(left + 160 + 142, top + 4, row < 3 ? `y ${row}` : 'y 3 | 0'),
    ].join('')
  })
  return [
    text(left, y + 18, 'Wider output: a module a chunk of rows', { size: 18, weight: 700 }),
    chunk(left, y + 42 + 75, 'x'),
    ...rows,
    text(left, y + 264, 'each chunk has its own part of the bias', { size: 15, fill: soft }),
    text(left, y + 286, 'the last one is filled up with zeros', { size: 15, fill: soft }),
  ]
}

/** `3.5 D -> D`: the outputs of four modules are added. */
function narrower(y) {
  const left = margin + 480
  const sum = left + 300
  const rows = [0, 1, 2, 3].map((column) => {
    const top = y + 42 + column * 50
    return [
      chunk(left, top + 4, column < 3 ? `x ${column}` : 'x 3 | 0'),
      arrow(left + square + 4, top + 20, 30),
      cell(
        left + 122,
        top,
        116,
        40,
        { kind: 'weights', text: column === 0 ? 'columns 0, b' : `columns ${column}` },
        { size: 15 },
      ),
      path(`M${left + 242} ${top + 20}L${sum - 18} ${y + 42 + 91}`, { arrow: true }),
    ].join('')
  })
  return [
    text(left, y + 18, 'Wider input: a module a chunk of columns', { size: 18, weight: 700 }),
    ...rows,
    `<circle cx="${sum}" cy="${y + 133}" r="15" fill="#fff" stroke="#1f2630" stroke-width="2" />`,
    text(sum, y + 139, '+', { size: 20, anchor: 'middle', weight: 700 }),
    arrow(sum + 19, y + 133, 26),
    chunk(sum + 50, y + 117, 'y'),
    text(left, y + 264, 'partial outputs are added by skip connections', { size: 15, fill: soft }),
    text(left, y + 286, 'the bias is in the first chunk alone', { size: 15, fill: soft }),
  ]
}

const key = legend(322, ['weights', 'signal'], { writes: false })

export const chunks = svg(
  322 + key.height,
  'Linear layers wider than D',
  'Left: an output wider than D is made chunk by chunk, each by a module with D rows; the last chunk is filled up with zeros. Right: an input wider than D is read chunk by chunk, each by a module with D columns, and the partial outputs are added; only the first chunk has the bias.',
  [...wider(margin), ...narrower(margin), key.drawn].join('\n'),
)
