import { box, cell, legend, line, margin, path, soft, svg, text } from '../drawing.mjs'

const numberWidth = 43
const blockGap = 8
const blockWidth = 2 * numberWidth + blockGap
const rowHeight = 34
const columns = { forward: 156, backward: 566 }
const top = 92

/** A row of blocks, `'q_0 q_1 | q_2 q_3'`; `.` is zero. */
function blocks(x, y, kind, contents, isWritten = false) {
  return contents.split(' | ').flatMap((block, index) => {
    const left = x + index * blockWidth
    return [
      ...block
        .split(' ')
        .map((words, place) =>
          cell(
            left + place * numberWidth,
            y,
            numberWidth,
            rowHeight,
            words === '.' ? undefined : { kind, text: words },
            { size: 15, isWritten: isWritten && words !== '.' },
          ),
        ),
      box(left - 1, y - 1, 2 * numberWidth + 2, rowHeight + 2, { stroke: line, thick: 1 }),
    ]
  })
}

/** Rows: a name and, for each pass, what its blocks hold. */
const slotRows = [
  ['queries', ['memory', 'q_0 q_1 | q_2 q_3'], ['memory', 'q_0 q_1 | q_2 q_3']],
  ['keys', ['memory', 'k_0 k_1 | . .'], ['memory', 'k_0 k_1 | . .']],
  ['values, or dy', ['signal', 'v_0 v_1 | . .'], ['gradient', 'dy_0 dy_1 | dy_2 dy_3']],
]
const headRows = [
  ['query', ['signal', 'q_0 . | q_1 . | q_2 . | q_3 .'], ['signal', 'q_0 . | q_1 . | q_2 . | q_3 .']],
  ['key', ['signal', 'k_0 . | k_0 . | k_1 . | k_1 .'], ['signal', 'k_0 . | k_0 . | k_1 . | k_1 .']],
  ['value', ['signal', 'v_0 . | . v_0 | v_1 . | . v_1'], ['gradient', 'dy_0 . | dy_1 . | . dy_2 | . dy_3']],
  ['result', ['signal', 'y_0 . | . y_1 | y_2 . | . y_3'], ['gradient', 'g_0 . | g_1 . | . g_2 | . g_3']],
]
const outputRow = ['output', ['signal', 'y_0 y_1 | y_2 y_3'], ['gradient', 'dv_0 dv_1 | . .']]

/** The slots of the rows that lie in the state, in each pass. */
const slotNumbers = { queries: [2, 2], keys: [3, 3], 'values, or dy': [1, 0], output: [0, 0] }

function row(y, [name, forward, backward], isWritten = false) {
  return [
    text(margin, y + 23, name, { size: 15 }),
    ...blocks(columns.forward, y, ...forward, isWritten),
    ...blocks(columns.backward, y, ...backward, isWritten),
    ...(slotNumbers[name] ?? []).map((slot, pass) =>
      text(Object.values(columns)[pass] + 2 * blockWidth + 6, y + 23, `slot ${slot}`, {
        size: 15,
        fill: soft,
      }),
    ),
  ].join('\n')
}

const headTop = top + slotRows.length * (rowHeight + 6) + 58
const outputTop = headTop + headRows.length * (rowHeight + 6) + 50
const legendTop = outputTop + rowHeight + 44

/** Which step leads from one group of rows to the next. */
const between = (y, x, words) =>
  [
    path(`M${x + 14} ${y - 15}v22`, { arrow: true }),
    text(x + 30, y + 2, words, { size: 15, fill: soft }),
  ].join('')

const headNames = (x) =>
  [0, 1, 2, 3].map((head) =>
    text(x + head * blockWidth + numberWidth, headTop - 10, `head ${head}`, {
      size: 14,
      anchor: 'middle',
      fill: soft,
    }),
  )

const key = legend(legendTop, ['signal', 'memory', 'gradient', 'zero'])

export const sharedKeys = svg(
  legendTop + key.height,
  'Shared keys and values',
  'Four inner heads share two heads of keys and values; a head of the simulator is as wide as two of them. Forward: the query of each head and the key of its group move to the head’s first numbers, the value of the group to the place of the head’s output, and the outputs fill slot 0. Backward: dy of each head moves to the place of its group’s values, and the output adds up the heads of a group: dv 0 is g 0 plus g 1, where g is the transposed probabilities times dy.',
  [
    text(columns.forward, margin + 18, 'Forward', { size: 18, weight: 700 }),
    text(columns.backward, margin + 18, 'Backward', { size: 18, weight: 700 }),
    text(columns.forward, margin + 42, 'heads 0, 1 read k_0, v_0; heads 2, 3 read k_1, v_1', {
      size: 15,
      fill: soft,
    }),
    text(columns.backward, margin + 42, 'dy takes the values’ part; g = a^T dy', {
      size: 15,
      fill: soft,
    }),
    ...slotRows.map((contents, index) => row(top + index * (rowHeight + 6), contents)),
    between(headTop - 42, columns.forward, 'cross-head linear, then head-split linear'),
    between(headTop - 42, columns.backward, 'cross-head linear, then head-split linear'),
    ...headNames(columns.forward),
    ...headNames(columns.backward),
    ...headRows.map((contents, index) => row(headTop + index * (rowHeight + 6), contents)),
    between(outputTop - 22, columns.forward, 'cross-head linear: into the heads’ places'),
    between(outputTop - 22, columns.backward, 'cross-head linear: adds up'),
    row(outputTop, outputRow, true),
    text(columns.backward, outputTop + rowHeight + 24, 'dv_0 = g_0 + g_1,  dv_1 = g_2 + g_3', { size: 15 }),
    key.drawn,
  ].join('\n'),
)
