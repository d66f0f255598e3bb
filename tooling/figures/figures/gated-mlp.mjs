import { box, ink, kinds, margin, path, svg, text } from '../drawing.mjs'

const magenta = kinds.gradient.fill

function node(x, y, words) {
  return `<circle cx="${x}" cy="${y}" r="14" fill="#fff" stroke="${ink}" stroke-width="2" />${text(x, y + 6, words, { size: 18, anchor: 'middle', weight: 700 })}`
}

const block = (x, y, wide, words) =>
  [
    box(x, y - 20, wide, 40, { fill: '#f1f4f8', stroke: '#8b949e', radius: 8 }),
    text(x + wide / 2, y + 6, words, { anchor: 'middle' }),
  ].join('')

const heading = (y, words) => text(margin, y + 18, words, { size: 18, weight: 700 })

function forward(y) {
  const [above, middle, below] = [y + 30, y + 68, y + 106]
  const wire = (d) => path(d, { arrow: true })
  return [
    text(margin + 10, middle + 6, 'x'),
    path(`M${margin + 32} ${middle}h36`),
    wire(`M${margin + 68} ${middle}V${above}h36`),
    wire(`M${margin + 68} ${middle}V${below}h36`),
    block(130, above, 130, 'gate linear'),
    wire(`M262 ${above}h36`),
    block(304, above, 110, 'silu'),
    block(130, below, 130, 'up linear'),
    path(`M416 ${above}h120`),
    wire(`M536 ${above}V${middle - 20}`),
    path(`M262 ${below}h274`),
    wire(`M536 ${below}V${middle + 20}`),
    text(470, above - 8, 'u, kept', { size: 15, anchor: 'middle' }),
    text(470, below - 8, 'v, kept', { size: 15, anchor: 'middle' }),
    node(536, middle, '×'),
    wire(`M552 ${middle}h92`),
    text(598, middle - 8, 'u v', { size: 15, anchor: 'middle' }),
    block(650, middle, 130, 'down linear'),
    wire(`M782 ${middle}h48`),
    text(840, middle + 6, 'y'),
  ].join('\n')
}

/** The same wires the other way: from `dy` at the right to `dx` at the left. */
function backward(y) {
  const [above, middle, below] = [y + 30, y + 68, y + 106]
  const wire = (d) => path(d, { arrow: true, colour: magenta })
  const plain = (d) => path(d, { colour: magenta })
  return [
    text(840, middle + 6, 'dy'),
    wire(`M834 ${middle}h-34`),
    block(648, middle, 148, 'down’s backward'),
    plain(`M646 ${middle}h-54`),
    text(620, middle - 8, 'dz', { size: 15, anchor: 'middle' }),
    wire(`M592 ${middle}V${above}h-38`),
    wire(`M592 ${middle}V${below}h-38`),
    node(536, above, '×'),
    text(536, above - 20, 'v', { size: 15, anchor: 'middle' }),
    node(536, below, '×'),
    text(536, below + 30, 'u', { size: 15, anchor: 'middle' }),
    wire(`M520 ${above}h-94`),
    text(470, above - 8, 'dz v', { size: 15, anchor: 'middle' }),
    block(284, above, 136, 'silu’s backward'),
    wire(`M282 ${above}h-10`),
    block(120, above, 146, 'gate’s backward'),
    wire(`M520 ${below}h-248`),
    text(470, below - 8, 'dz u', { size: 15, anchor: 'middle' }),
    block(120, below, 146, 'up’s backward'),
    plain(`M118 ${above}h-26`),
    wire(`M92 ${above}V${middle - 20}`),
    plain(`M118 ${below}h-26`),
    wire(`M92 ${below}V${middle + 20}`),
    node(92, middle, '+'),
    wire(`M76 ${middle}h-22`),
    text(margin + 4, middle + 6, 'dx'),
  ].join('\n')
}

/** A block of a model: attention and MLP after norms, each with what is added where. */
function parallel(y) {
  const [above, middle, below] = [y + 34, y + 76, y + 118]
  const wire = (d) => path(d, { arrow: true })
  const twoNorms = [
    text(margin + 4, middle + 6, 'x'),
    path(`M${margin + 22} ${middle}h24`),
    wire(`M${margin + 46} ${middle}V${above}h20`),
    wire(`M${margin + 46} ${middle}V${below}h20`),
    block(92, above, 74, 'norm'),
    block(92, below, 74, 'norm'),
    wire(`M168 ${above}h16`),
    wire(`M168 ${below}h16`),
    block(190, above, 104, 'attention'),
    block(190, below, 104, 'MLP'),
    wire(`M${margin + 46} ${middle}H370`),
    path(`M296 ${above}h94`),
    wire(`M390 ${above}V${middle - 20}`),
    path(`M296 ${below}h94`),
    wire(`M390 ${below}V${middle + 20}`),
    node(390, middle, '+'),
    wire(`M406 ${middle}h28`),
    text(442, middle + 6, 'y'),
  ]
  const oneNorm = [
    text(504, middle + 6, 'x'),
    wire(`M522 ${middle}h40`),
    path(`M538 ${middle}V${y + 8}q0 -6 6 -6H862q6 0 6 6`),
    wire(`M868 ${y + 8}V${middle - 20}`),
    block(568, middle, 74, 'norm'),
    path(`M644 ${middle}h18`),
    wire(`M662 ${middle}V${above}h18`),
    wire(`M662 ${middle}V${below}h18`),
    block(686, above, 104, 'attention'),
    block(686, below, 104, 'MLP'),
    path(`M792 ${above}h20`),
    wire(`M812 ${above}L852 ${middle - 8}`),
    path(`M792 ${below}h20`),
    wire(`M812 ${below}L852 ${middle + 8}`),
    node(868, middle, '+'),
    wire(`M884 ${middle}h28`),
    text(920, middle + 6, 'y'),
  ]
  return [...twoNorms, ...oneNorm].join('\n')
}

export const gatedMlp = svg(
  580,
  'Gated MLP and parallel residual',
  'Gated MLP forward: x goes through the gate’s linear and silu, and through the up linear; the two are multiplied, and the down linear follows. Backward: through the down linear, then once multiplied with v and back through silu and the gate’s linear, once multiplied with u and back through the up linear; both are added. Parallel residual: x plus attention of a norm plus MLP of a norm, added at once, with two norms as in GPT-NeoX or one as in GPT-J.',
  [
    heading(margin, 'Gated MLP: y = down (silu(gate x) × (up x))'),
    forward(52),
    heading(206, 'Backward: dx, where each linear also descends'),
    backward(236),
    heading(396, 'Parallel residual, two norms (GPT-NeoX)'),
    text(492, 414, 'one norm (GPT-J)', { size: 18, weight: 700 }),
    parallel(424),
  ].join('\n'),
)
