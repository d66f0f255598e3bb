import { kinds, line, margin, path, soft, svg, text, width } from '../drawing.mjs'

const rowHeight = 92
const blockWidth = 128
const firstX = 150
const step = 158

const names = ['block 1', 'block 2', 'block 3', 'final norm']
const x = (index) => firstX + index * step

function module(index, y, words, { colour = kinds.signal.fill, detail, dashed = false } = {}) {
  return [
    `<rect x="${x(index)}" y="${y}" width="${blockWidth}" height="54" rx="8" fill="${dashed ? '#fff' : colour}" stroke="${dashed ? line : colour}" stroke-width="2"${dashed ? ' stroke-dasharray="5 5"' : ''} />`,
    text(x(index) + blockWidth / 2, y + (detail === undefined ? 33 : 24), words, {
      anchor: 'middle',
      weight: 700,
      fill: dashed ? soft : '#fff',
    }),
    detail === undefined
      ? ''
      : text(x(index) + blockWidth / 2, y + 44, detail, {
          size: 14,
          anchor: 'middle',
          fill: dashed ? soft : '#fff',
        }),
  ].join('')
}

const right = (index, y) =>
  path(`M${x(index) + blockWidth + 4} ${y + 27}h${step - blockWidth - 10}`, { arrow: true })
const left = (index, y) =>
  path(`M${x(index) - 4} ${y + 27}h-${step - blockWidth - 10}`, { colour: kinds.gradient.fill, arrow: true })

function forwardRow(y, title, words, { mark = '', frozen = false } = {}) {
  return [
    text(margin, y + 24, title, { size: 17, weight: 700 }),
    text(margin, y + 46, words, { size: 15, fill: soft }),
    ...names.map((name, index) =>
      frozen && index === 0
        ? module(index, y, name, { detail: 'not again', dashed: true })
        : module(index, y, name, { detail: `weights W${mark}` }),
    ),
    ...[0, 1, 2].map((index) => (frozen && index === 0 ? '' : right(index, y))),
    right(3, y),
    text(x(4) + 8, y + 33, 'head', { weight: 700 }),
  ]
}

const rows = [margin, margin + rowHeight, margin + 2 * rowHeight, margin + 3 * rowHeight].map((y) => y + 10)

export const program = svg(
  rows[3] + 128,
  'The program of a training step',
  'Forward through all blocks and the final norm to the head, with the weights W. The loss module makes the gradient. Backward with descent from the final norm down to the first block that learns, here block 2; the prefixes become W′. Forward again, from the input of block 2, with W′. With more steps, loss, backward and forward repeat.',
  [
    ...forwardRow(rows[0], '1 forward', 'keeps memory'),
    text(margin, rows[1] + 24, '2 loss', { size: 17, weight: 700 }),
    text(margin, rows[1] + 46, 'gradient at h', { size: 15, fill: soft }),
    module(3, rows[1], 'loss', { colour: kinds.gradient.fill, detail: 'no prefixes' }),
    path(`M${x(4) + 26} ${rows[0] + 44}v${rowHeight - 27}q0 10 -10 10H${x(3) + blockWidth + 6}`, {
      colour: kinds.gradient.fill,
      arrow: true,
    }),
    path(`M${x(3) + blockWidth / 2} ${rows[1] + 57}v${rowHeight - 54 - 10}`, {
      colour: kinds.gradient.fill,
      arrow: true,
    }),
    text(margin, rows[2] + 24, '3 backward', { size: 17, weight: 700 }),
    text(margin, rows[2] + 46, 'and descent', { size: 15, fill: soft }),
    module(0, rows[2], 'block 1', { detail: 'does not learn', dashed: true }),
    ...[1, 2, 3].map((index) =>
      module(index, rows[2], names[index], { colour: kinds.gradient.fill, detail: 'W becomes W′' }),
    ),
    left(3, rows[2]),
    left(2, rows[2]),
    ...forwardRow(rows[3], '4 forward', 'again', { mark: '′', frozen: true }),
    path(`M${x(1) - 30} ${rows[3] + 27}h24`, { arrow: true }),
    path(
      `M${x(4) + 28} ${rows[3] + 42}v18q0 10 10 10h${width - x(4) - 28 - 10 - 34}q10 0 10 -10V${rows[1] + 37}q0 -10 -10 -10H${x(3) + blockWidth + 6}`,
      { colour: soft, arrow: false, dashed: true },
    ),
    text(width - margin - 8, rows[3] + 92, 'with more steps: 2, 3 and 4 repeat', {
      size: 15,
      anchor: 'end',
      fill: soft,
    }),
    text(
      margin,
      rows[3] + 92,
      'Here the last two of three blocks learn, and the final norm, as it always does.',
      { size: 15, fill: soft },
    ),
  ].join('\n'),
)
