import { box, cell, legend, margin, path, soft, svg, text } from '../drawing.mjs'

const slotHeight = 38
const top = 86

const prefixColumns = [
  ['0', ['w_{0}', 'w_{K}', 'w_{2K}', 'b']],
  ['1', ['w_{1}', 'w_{K+1}', 'w_{2K+1}', '']],
  ['…', ['…', '…', '…', '']],
  ['K−1', ['w_{K−1}', 'w_{2K−1}', 'w_{3K−1}', '']],
]
const prefixWidth = 64
const prefixLeft = margin + 58
const tokenLeft = prefixLeft + prefixColumns.length * prefixWidth + 24
const tokenWidth = 46
const tokenCount = 6

function prefixes() {
  return prefixColumns.map(([name, rows], column) => {
    const x = prefixLeft + column * prefixWidth
    return [
      text(x + prefixWidth / 2, top - 8, name, { size: 15, anchor: 'middle', fill: soft }),
      ...rows.map((words, slot) =>
        cell(
          x,
          top + slot * slotHeight,
          prefixWidth,
          slotHeight,
          words === '' ? undefined : { kind: 'weights', text: words },
          { size: 15 },
        ),
      ),
    ].join('')
  })
}

function tokens() {
  return Array.from({ length: tokenCount }, (_, token) => {
    const x = tokenLeft + token * tokenWidth
    const contents = [
      { kind: 'signal', text: `x_{${token}}` },
      undefined,
      undefined,
      { kind: 'memory', text: `x_{${token}}` },
    ]
    return [
      text(x + tokenWidth / 2, top - 8, `${token}`, { size: 15, anchor: 'middle', fill: soft }),
      ...contents.map((content, slot) =>
        cell(x, top + slot * slotHeight, tokenWidth, slotHeight, content, { size: 15 }),
      ),
    ].join('')
  })
}

const oneHotTop = top + 4 * slotHeight + 24
const oneHotHeight = 11

/** Position one-hots, a column each: tokens first, then prefixes. */
function positions() {
  const oneHot = (x, columnWidth, marked) =>
    Array.from({ length: tokenCount + prefixColumns.length }, (_, place) =>
      box(x + 3, oneHotTop + place * oneHotHeight, columnWidth - 6, oneHotHeight - 2, {
        fill: place === marked ? '#8a6d1f' : '#f1f4f8',
        radius: 2,
      }),
    ).join('')
  return [
    text(margin, oneHotTop + 20, 'one-hot', { size: 15, fill: soft }),
    text(margin, oneHotTop + 38, 'of the', { size: 15, fill: soft }),
    text(margin, oneHotTop + 56, 'posi-', { size: 15, fill: soft }),
    text(margin, oneHotTop + 74, 'tion', { size: 15, fill: soft }),
    ...prefixColumns.map((_, column) =>
      oneHot(prefixLeft + column * prefixWidth, prefixWidth, tokenCount + column),
    ),
    ...Array.from({ length: tokenCount }, (_, token) =>
      oneHot(tokenLeft + token * tokenWidth, tokenWidth, token),
    ),
    text(prefixLeft + 2 * prefixWidth, oneHotTop + 132, 'position Nmax + j', { size: 15, anchor: 'middle' }),
    text(tokenLeft + (tokenCount / 2) * tokenWidth, oneHotTop + 132, 'position t', {
      size: 15,
      anchor: 'middle',
    }),
  ]
}

/** One slot in its parts, and the heads that these are. */
function parts() {
  const left = tokenLeft + tokenCount * tokenWidth + 40
  const partWidth = 66
  const label = (slot, part) =>
    cell(left + part * partWidth, top + slot * slotHeight, partWidth, slotHeight, {
      kind: slot === 0 ? 'signal' : slot === 3 ? 'memory' : 'zero',
      text: `${slot}, ${part}`,
    })
  return [
    text(left, 40, 'One token: slots × parts', { size: 18, weight: 700 }),
    ...[0, 1, 2].map((part) =>
      text(left + (part + 0.5) * partWidth, top - 8, `part ${part}`, {
        size: 15,
        anchor: 'middle',
        fill: soft,
      }),
    ),
    ...[0, 1, 2, 3].flatMap((slot) => [0, 1, 2].map((part) => label(slot, part))),
    path(`M${left + 3} ${top + 4 * slotHeight + 12}v6h${partWidth - 6}v-6`, { thick: 1.5 }),
    text(left + partWidth / 2, top + 4 * slotHeight + 38, 'K numbers', { size: 15, anchor: 'middle' }),
    text(left, top + 4 * slotHeight + 70, 'Part i of slot s is', { size: 15 }),
    text(left, top + 4 * slotHeight + 92, '*head (s, i)*: S (S + 1)', { size: 15 }),
    text(left, top + 4 * slotHeight + 114, 'heads of K numbers', { size: 15 }),
  ]
}

const key = legend(416, ['weights', 'signal', 'memory', 'zero'], { writes: false })

export const layout = svg(
  416 + key.height,
  'The state of the simulator',
  'A grid with a column for each position: K prefixes, then the tokens. Each column has S + 1 slots of D numbers; here S is 3. Prefix j holds rows j, K + j and 2K + j of a weight matrix, and prefix 0 the bias. Tokens hold a value in slot 0 and what is kept in the last slot. Below, the one-hot of each position. At the right, a token’s slots are cut in S parts of K numbers, the heads.',
  [
    text(prefixLeft, 40, 'K prefixes: weights', { size: 18, weight: 700 }),
    text(tokenLeft, 40, 'N tokens: the text', { size: 18, weight: 700 }),
    ...[0, 1, 2, 3].map((slot) =>
      text(margin, top + slot * slotHeight + 24, `slot ${slot}`, { size: 15, fill: soft }),
    ),
    ...prefixes(),
    ...tokens(),
    ...positions(),
    ...parts(),
    key.drawn,
  ].join('\n'),
)
