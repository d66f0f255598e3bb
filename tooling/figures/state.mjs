import { cell, chip, legend, margin, path, soft, svg, table, text } from './drawing.mjs'

const slots = 4
const slotHeight = 34
const prefixWidth = 80
const tokenWidth = 116
const between = 8
const panelGap = 24
const labelWidth = 36
const panelWidth = prefixWidth + between + tokenWidth
const captionHeight = 48
const headingHeight = 22

/** The height of a strip of states. */
export const stripHeight = captionHeight + headingHeight + slots * slotHeight + 34

/** The x of a panel in a strip. */
export const panelX = (index) => margin + labelWidth + index * (panelWidth + panelGap)

/** What a slot holds: `fill('signal', 'x', { reads: 'q', written: true })`. */
export const fill = (kind, words, { reads = '', written = false } = {}) => ({
  kind,
  text: words,
  reads,
  written,
})

/** The prefixes of a linear layer: prefix `j` holds rows `j`, `K + j` and `2K + j`, and prefix 0 the bias. */
export const weightSlots = ({ rows = '', bias = '', written = false, mark = '' } = {}) => [
  fill('weights', `w${mark}_{j}`, { reads: rows, written }),
  fill('weights', `w${mark}_{K+j}`, { reads: rows, written }),
  fill('weights', `w${mark}_{2K+j}`, { reads: rows, written }),
  fill('weights', `b${mark}`, { reads: bias, written }),
]

/** Puts contents in slots by their numbers. */
export const inSlots = (contents) => Array.from({ length: slots }, (_, slot) => contents[slot])

function side(x, y, sideWidth, contents) {
  return Array.from({ length: slots }, (_, slot) => {
    const content = contents[slot]
    const top = y + slot * slotHeight
    const chips = [...(content?.reads ?? '')].map((letter, index) =>
      chip(x + sideWidth - 14 - 22 * index, top + slotHeight / 2, letter),
    )
    const textWidth = sideWidth - 22 * chips.length
    return [
      cell(x, top, sideWidth, slotHeight, content, { isWritten: content?.written, textWidth }),
      ...chips,
    ].join('')
  }).join('\n')
}

/** One state: what was done above it, prefixes on the left, tokens on the right. */
function panel(x, y, { caption, prefixes = [], tokens = [], flow }) {
  const top = y + captionHeight + headingHeight
  const tokenX = x + prefixWidth + between
  const [title, detail = ''] = caption
  const drawn = [
    text(x + 2, y + 17, title, { size: 16, weight: 700 }),
    text(x + 2, y + 37, detail, { size: 15, fill: soft }),
    text(x + prefixWidth / 2, top - 6, 'prefix j', { size: 14, anchor: 'middle', fill: soft }),
    text(tokenX + tokenWidth / 2, top - 6, 'token t', { size: 14, anchor: 'middle', fill: soft }),
    side(x, top, prefixWidth, prefixes),
    side(tokenX, top, tokenWidth, tokens),
  ]
  const bottom = top + slots * slotHeight
  const [left, right] = [x + prefixWidth / 2, tokenX + tokenWidth / 2]
  const turn = (from, to, round) =>
    `M${from} ${bottom + 3}v7q0 ${10} ${round} 10H${to - round}q${round} 0 ${round} -10v-2`
  if (flow === 'tokens read') drawn.push(path(turn(left, right, 10), { arrow: true }))
  if (flow === 'prefixes read') drawn.push(path(turn(right, left, -10), { arrow: true }))
  return drawn.join('\n')
}

/** A row of states, one after another. */
export function strip(y, panels) {
  const middle = y + captionHeight + headingHeight + (slots * slotHeight) / 2
  const labels = Array.from({ length: slots }, (_, slot) =>
    text(margin + 14, y + captionHeight + headingHeight + slot * slotHeight + 22, `${slot}`, {
      size: 15,
      anchor: 'middle',
      fill: soft,
    }),
  )
  return [
    text(margin - 4, y + captionHeight + headingHeight - 6, 'slot', { size: 14, fill: soft }),
    ...labels,
    ...panels.map((state, index) => panel(panelX(index), y, state)),
    ...panels.map(({ starts = false }, index) =>
      starts || index === 0
        ? ''
        : path(`M${panelX(index) - panelGap + 4} ${middle}h${panelGap - 8}`, { arrow: true }),
    ),
  ].join('\n')
}

/**
 * A figure of strips and tables under headings.
 *
 * @param parts `{ heading: [[words, panel]] }`, `{ panels, beside }` (a panel that `starts` has no arrow before it) or
 *   `{ columns, rows }`
 */
export function stateFigure({ title, description, parts, kinds, attention = false }) {
  let y = margin
  const body = []
  for (const part of parts) {
    if (part.heading !== undefined) {
      for (const [words, index] of part.heading) {
        const x = index === 0 ? margin : panelX(index)
        body.push(text(x, y + 18, words, { size: 18, weight: 700 }))
      }
      y += 36
    } else if (part.panels !== undefined) {
      body.push(strip(y, part.panels))
      if (part.beside !== undefined) body.push(part.beside(y))
      y += stripHeight + 4
    } else {
      const { drawn, height } = table(margin + 8, y, part.columns, part.rows, part)
      body.push(drawn)
      y += height + 18
    }
  }
  const key = legend(y, kinds, { attention })
  body.push(key.drawn)
  return svg(y + key.height, title, description, body.join('\n'))
}
