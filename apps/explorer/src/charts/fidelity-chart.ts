import { type Markup, markup, short } from '@tintjs/evaluate/page'
import { scaleLog } from 'd3-scale'
import type { OutputOf } from '../protocol/tasks'
import { percent } from './percent'

type Fidelity = OutputOf<'fidelity'>

/** Sizes in the chart's own units. */
const size = { width: 600, row: 26, left: 150, right: 62, top: 8, bottom: 44 } as const

/** Errors outside of this are drawn at its ends: an update so far off is another one altogether. */
const domain = { low: 1e-6, high: 10 } as const

const ticks = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1] as const

/** How far the update of each approximation is from the exact one, on a logarithmic axis; TinT has all of them together. */
export function fidelityChart({ approximations }: Fidelity): Markup {
  const x = scaleLog([domain.low, domain.high], [size.left, size.width - size.right]).clamp(true)
  const base = size.top + approximations.length * size.row
  return markup`<svg viewBox="0 0 ${size.width} ${base + size.bottom}" role="img" aria-label="Relative error of the update of each approximation against exact back-propagation">
<g class="axis">${ticks.map(
    (
      at,
    ) => markup`<line class="grid" x1="${short(x(at))}" x2="${short(x(at))}" y1="${size.top}" y2="${base}"/>
<text x="${short(x(at))}" y="${base + 18}" text-anchor="middle">${percent(at)}</text>
`,
  )}<text class="name" x="${(size.left + size.width - size.right) / 2}" y="${base + 38}" text-anchor="middle">distance from the exact update, in percent of its size</text>
${approximations.map(
  ({ name }, index) =>
    markup`<text x="${size.left - 12}" y="${rowMiddle(index) + 4}" text-anchor="end">${name}</text>
`,
)}</g>
${approximations.map((approximation, index) => row(approximation, rowMiddle(index), x))}</svg>
`
}

function row(
  { part, overall: { relativeError } }: Fidelity['approximations'][number],
  middle: number,
  x: (value: number) => number,
): Markup {
  if (relativeError === null || relativeError <= 0) {
    const text = relativeError === 0 ? 'exactly as exact' : 'no finite number'
    return markup`<text class="value" x="${size.left + 6}" y="${middle + 4}">${text}</text>
`
  }
  const end = x(relativeError)
  const isBeyond = relativeError > domain.high
  const mark = isBeyond
    ? markup`<path class="dot" d="M${short(end - 4)} ${middle - 6}l10 6l-10 6z"/>`
    : markup`<circle class="dot" cx="${short(end)}" cy="${middle}" r="6"/>`
  return markup`<g class="${part === 'all' ? 'tint' : 'part'}"><line class="stem" x1="${size.left}" x2="${short(end)}" y1="${middle}" y2="${middle}"/>
${mark}<text class="value" x="${short(end + 12)}" y="${middle + 4}">${isBeyond ? 'far off' : percent(relativeError)}</text></g>
`
}

function rowMiddle(index: number): number {
  return size.top + (index + 0.5) * size.row
}
