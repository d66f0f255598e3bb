import { box, cell, ink, kinds, margin, path, soft, svg, text } from '../drawing.mjs'

const rowHeight = 36
const left = margin + 70
const segments = [
  [150, 'own numbers'],
  [74, 'spare'],
  [110, 'the rest'],
]

/** A query or key of a simulator head, in its own numbers, the spare coordinate and the rest. */
function headRow(y, name, contents) {
  let x = left
  const drawn = [text(margin, y + 24, name, { size: 16 })]
  for (const [index, [wide]] of segments.entries()) {
    drawn.push(cell(x, y, wide, rowHeight, contents[index]))
    x += wide
  }
  return drawn.join('')
}

function alibi(y) {
  let x = left
  const names = segments.map(([wide, name]) => {
    const drawn = text(x + wide / 2, y + 14, name, { size: 14, anchor: 'middle', fill: soft })
    x += wide
    return drawn
  })
  const marked = { kind: 'memory' }
  return [
    ...names,
    headRow(y + 20, 'query', [{ kind: 'signal', text: 'c q_t' }, { ...marked, text: 'm' }, undefined]),
    headRow(y + 62, 'key', [{ kind: 'signal', text: 'k_u' }, { ...marked, text: 'u' }, undefined]),
    text(left, y + 132, 'score = c q_t · k_u + m u', { size: 17, weight: 700 }),
    text(left, y + 160, 'm: the head’s slope, in the query’s bias', { size: 15 }),
    text(left, y + 182, 'u: the key’s position, an image of positions', { size: 15 }),
  ].join('\n')
}

const size = 24

/** The scores of six tokens; `shade` gives a colour to what row `t` may see of column `u`. */
function triangle(x, y, [title, detail], shade) {
  const cells = Array.from({ length: 36 }, (_, place) => {
    const [row, column] = [Math.floor(place / 6), place % 6]
    const fill = column > row ? undefined : shade(row, column)
    return box(x + column * size, y + 50 + row * size, size - 2, size - 2, {
      fill: fill ?? '#fff',
      stroke: fill === undefined ? '#c9d1d9' : '#8b949e',
      thick: 1,
      radius: 3,
    })
  })
  return [
    text(x, y + 16, title, { weight: 700 }),
    text(x, y + 36, detail, { size: 15, fill: soft }),
    ...cells,
    path(`M${x - 12} ${y + 50}v${6 * size - 12}`, { thick: 1.5, arrow: true }),
    text(x - 22, y + 60, 't', { size: 15, fill: ink, anchor: 'middle' }),
    path(`M${x} ${y + 50 + 6 * size + 10}h${6 * size - 12}`, { thick: 1.5, arrow: true }),
    text(x - 12, y + 50 + 6 * size + 15, 'u', { size: 15, fill: ink, anchor: 'middle' }),
  ].join('\n')
}

/** From white to the colour of values, by how much ALiBi leaves of a score. */
function faded(distance) {
  const share = 0.72 ** distance
  const channels = [0x00, 0x72, 0xb2].map((channel) => Math.round(255 + (channel - 255) * share))
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

const figureTop = margin + 32

export const scores = svg(
  266,
  'ALiBi and windows',
  'Left: a head of the simulator is wider than the inner head. In the coordinate after the head’s own numbers the query has the head’s slope m and the key its position u, so that the score has m u more. Right: with ALiBi, columns further from the diagonal get less; with a window of three tokens, each row sees its own column and the two before it.',
  [
    text(margin, margin + 18, 'ALiBi in a head of the simulator', { size: 18, weight: 700 }),
    alibi(figureTop),
    triangle(470, figureTop - 32, ['ALiBi', 'm (u − t), up to a row’s constant'], (row, column) =>
      faded(row - column),
    ),
    triangle(746, figureTop - 32, ['a window of 3', 'a part of the mask'], (row, column) =>
      row - column < 3 ? kinds.signal.fill : undefined,
    ),
  ].join('\n'),
)
