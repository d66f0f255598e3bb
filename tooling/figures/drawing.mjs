/** What all figures are drawn with: colours, text with indices, arrows, tables, and the card around them. */

export const width = 960
export const margin = 20

/** The colours of docs/images/tint.svg, which is drawn by hand. */
export const ink = '#1f2630'
export const soft = '#57606a'
export const line = '#c9d1d9'
const written = '#d55e00'

/** How a slot looks, by what it holds. */
export const kinds = {
  weights: { fill: '#3d4753', text: '#fff', name: 'weights' },
  signal: { fill: '#0072b2', text: '#fff', name: 'value' },
  memory: { fill: '#d3e7f3', text: '#00456b', stroke: '#0072b2', name: 'kept for the backward' },
  gradient: { fill: '#a3307b', text: '#fff', name: 'gradient' },
  zero: { fill: '#fff', text: soft, stroke: line, name: 'zero' },
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** `x_{sK+j}` and `W^T` as raised and lowered spans, `*word*` in bold. */
function spans(text, size) {
  let shift = 0
  const pieces = text.matchAll(/([_^])(\{[^}]*\}|.)|\*([^*]+)\*|[^_^*]+/g)
  return [...pieces]
    .map(([whole, mark, index, bold]) => {
      const level = mark === '_' ? 0.26 * size : mark === '^' ? -0.36 * size : 0
      const move = level - shift
      shift = level
      const attributes = [
        move === 0 ? '' : ` dy="${move.toFixed(2)}"`,
        mark === undefined ? '' : ` font-size="${(0.74 * size).toFixed(1)}"`,
        bold === undefined ? '' : ' font-weight="700"',
      ].join('')
      const content = mark === undefined ? (bold ?? whole) : index.replace(/^\{(.*)\}$/, '$1')
      return `<tspan${attributes}>${escaped(content)}</tspan>`
    })
    .join('')
}

/** Text with its baseline at `y`. */
export function text(x, y, content, { size = 16, anchor = 'start', fill = ink, weight = 400 } = {}) {
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${fill}" font-weight="${weight}" xml:space="preserve">${spans(content, size)}</text>`
}

export function box(x, y, boxWidth, height, { fill = 'none', stroke, thick = 1.5, radius = 4 } = {}) {
  const outline = stroke === undefined ? '' : ` stroke="${stroke}" stroke-width="${thick}"`
  return `<rect x="${x}" y="${y}" width="${boxWidth}" height="${height}" rx="${radius}" fill="${fill}"${outline} />`
}

/** A box with what it holds in its middle. */
export function cell(
  x,
  y,
  cellWidth,
  height,
  content,
  { isWritten = false, size = 16, textWidth = cellWidth } = {},
) {
  const { kind = 'zero', text: words = '' } = content ?? {}
  const { fill, text: colour, stroke } = kinds[kind]
  const outline = isWritten ? { stroke: written, thick: 3.5 } : { stroke }
  return [
    box(x + 2, y + 2, cellWidth - 4, height - 4, { fill, ...outline }),
    text(x + textWidth / 2, y + height / 2 + 0.34 * size, words, { size, anchor: 'middle', fill: colour }),
  ].join('')
}

export function path(d, { colour = ink, thick = 2, arrow = false, dashed = false } = {}) {
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${thick}" stroke-linecap="round" stroke-linejoin="round"${dashed ? ' stroke-dasharray="2 6"' : ''}${arrow ? ` marker-end="url(#${colour === kinds.gradient.fill ? 'gradient-head' : 'head'})"` : ''} />`
}

/** A round mark with a letter: what an attention takes as query, key or value. */
export function chip(x, y, letter) {
  return `<circle cx="${x}" cy="${y}" r="10" fill="#ffd166" stroke="${ink}" stroke-width="1.2" />${text(x, y + 5, letter, { size: 14, anchor: 'middle', weight: 700 })}`
}

/** Rows of text under bold headings; `columns` are `[heading, width]`. */
export function table(x, y, columns, rows, { rowHeight = 27, size = 15 } = {}) {
  const starts = columns.map((_, index) => columns.slice(0, index).reduce((sum, [, wide]) => sum + wide, x))
  const whole = columns.reduce((sum, [, wide]) => sum + wide, 0)
  const drawn = [
    ...columns.map(([heading], index) => text(starts[index], y + 18, heading, { size, weight: 700 })),
    path(`M${x} ${y + 26}H${x + whole}`, { colour: line, thick: 1.5 }),
    ...rows.flatMap((row, number) =>
      row.map((content, index) => text(starts[index], y + 47 + number * rowHeight, content, { size })),
    ),
  ]
  return { drawn: drawn.join('\n'), height: 34 + rows.length * rowHeight }
}

/** What colours and marks mean, in as many lines as that takes. */
export function legend(y, names, { attention = false, writes = true } = {}) {
  const drawn = [path(`M${margin} ${y}H${width - margin}`, { colour: '#d9dee4' })]
  let [x, row] = [margin + 4, 0]
  const put = (markWidth, words, mark) => {
    const whole = markWidth + 8 + words.length * 7.6
    if (x + whole > width - margin) [x, row] = [margin + 4, row + 1]
    drawn.push(mark(x, y + 14 + 30 * row), text(x + markWidth + 8, y + 31 + 30 * row, words, { size: 15 }))
    x += whole + 20
  }
  for (const name of names) put(32, kinds[name].name, (left, top) => cell(left, top, 32, 24, { kind: name }))
  if (writes)
    put(32, 'written by the step', (left, top) => cell(left, top, 32, 24, undefined, { isWritten: true }))
  if (attention) {
    put(66, 'what the next step takes as query, key and value', (left, top) =>
      [...'qkv'].map((letter, index) => chip(left + 10 + 22 * index, top + 12, letter)).join(''),
    )
  }
  return { drawn: drawn.join('\n'), height: 54 + 30 * row }
}

/** A whole figure. The white card makes it readable on a dark page too. */
export function svg(height, title, description, body) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"
  aria-labelledby="title description" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif">
  <title id="title">${escaped(title)}</title>
  <desc id="description">${escaped(description)}</desc>
  <defs>
    ${['head', 'gradient-head'].map((id, index) => `<marker id="${id}" viewBox="0 0 10 10" refX="7" refY="5" markerWidth="5" markerHeight="5" orient="auto-start-reverse"><path d="M0 0l10 5-10 5z" fill="${index === 0 ? ink : kinds.gradient.fill}" /></marker>`).join('\n    ')}
  </defs>
  <rect x="1" y="1" width="${width - 2}" height="${height - 2}" rx="16" fill="#fff" stroke="${line}" stroke-width="2" />
${body}
</svg>
`
}
