import { box, ink, kinds, legend, margin, path, svg, text } from '../drawing.mjs'
import { fill, inSlots, strip, stripHeight } from '../state.mjs'

const magenta = kinds.gradient.fill

function node(x, y, words) {
  return `<circle cx="${x}" cy="${y}" r="14" fill="#fff" stroke="${ink}" stroke-width="2" />${text(x, y + 6, words, { size: 18, anchor: 'middle', weight: 700 })}`
}

const block = (x, y, words) =>
  [
    box(x, y - 20, 120, 40, { fill: '#f1f4f8', stroke: '#8b949e', radius: 8 }),
    text(x + 60, y + 6, words, { anchor: 'middle' }),
  ].join('')

/** A residual connection, and its backward, which has the same form. */
function residual(y) {
  const wire = (left, colour, from, to, name) => [
    text(left, y + 66, from),
    path(`M${left + 32} ${y + 60}h74`, { colour, arrow: true }),
    path(`M${left + 60} ${y + 60}v-34q0 -8 8 -8H${left + 274}q8 0 8 8v14`, { colour, arrow: true }),
    block(left + 112, y + 60, name),
    path(`M${left + 236} ${y + 60}h26`, { colour, arrow: true }),
    node(left + 282, y + 60, '+'),
    path(`M${left + 298} ${y + 60}h34`, { colour, arrow: true }),
    text(left + 342, y + 66, to),
  ]
  return [
    ...wire(margin + 10, ink, 'x', 'x + f(x)', 'f'),
    ...wire(margin + 480, magenta, 'dy', 'dx', 'f’s backward'),
  ].join('\n')
}

/** A sum of two branches. */
function sum(y) {
  const wire = (left, colour, from, to, first, second) => [
    text(left, y + 66, from),
    path(`M${left + 32} ${y + 60}h26M${left + 58} ${y + 60}V${y + 34}h48`, { colour, arrow: true }),
    path(`M${left + 58} ${y + 60}V${y + 86}h48`, { colour, arrow: true }),
    block(left + 112, y + 34, first),
    block(left + 112, y + 86, second),
    path(`M${left + 236} ${y + 34}h30L${left + 274} ${y + 48}`, { colour, arrow: true }),
    path(`M${left + 236} ${y + 86}h30L${left + 274} ${y + 72}`, { colour, arrow: true }),
    node(left + 282, y + 60, '+'),
    path(`M${left + 298} ${y + 60}h34`, { colour, arrow: true }),
    text(left + 342, y + 66, to),
  ]
  return [
    ...wire(margin + 10, ink, 'x', 'f(x) + g(x)', 'f', 'g'),
    ...wire(margin + 480, magenta, 'dy', 'dx', 'f’s backward', 'g’s backward'),
  ].join('\n')
}

const heading = (y, words) => text(margin, y + 18, words, { size: 18, weight: 700 })

const productTop = 310
const legendTop = productTop + 36 + stripHeight
const key = legend(legendTop, ['signal', 'gradient', 'zero'])

export const combinations = svg(
  legendTop + key.height,
  'Residual connections, sums and products',
  'A residual connection adds x to f(x), and its backward adds dy to what comes back through f. A sum of branches adds their outputs, and its backward adds what comes back through each. A product is a module: a gated unit multiplies slot 0 and slot 1; backward it multiplies dy with the other factor.',
  [
    heading(margin, 'Residual: skip connections add'),
    residual(margin + 20),
    heading(160, 'Sum of branches: skip connections add'),
    sum(180),
    heading(productTop, 'Product of branches: y = u v, forward'),
    text(margin + 36 + 2 * 228, productTop + 18, 'and backward, du = dy v (dv likewise)', {
      size: 18,
      weight: 700,
    }),
    strip(productTop + 36, [
      {
        caption: ['brought in', 'both factors'],
        tokens: inSlots({ 0: fill('signal', 'u'), 1: fill('signal', 'v') }),
      },
      {
        caption: ['1 gated unit', 'slot 0 × slot 1'],
        tokens: inSlots({ 0: fill('signal', 'u v', { written: true }) }),
      },
      {
        starts: true,
        caption: ['brought in', 'dy, other factor'],
        tokens: inSlots({ 0: fill('gradient', 'dy'), 1: fill('signal', 'v') }),
      },
      {
        caption: ['1 gated unit', 'slot 0 × slot 1'],
        tokens: inSlots({ 0: fill('gradient', 'du', { written: true }) }),
      },
    ]),
    key.drawn,
  ].join('\n'),
)
