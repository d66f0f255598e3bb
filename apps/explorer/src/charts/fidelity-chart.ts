import { type Markup, markup, short } from '@tintjs/evaluate/page'
import { scaleLog } from 'd3-scale'
import type { OutputOf } from '../protocol/tasks'

type Fidelity = OutputOf<'fidelity'>

/** Sizes in the chart's own units. */
const size = { width: 760, row: 27, left: 190, right: 70, top: 8, bottom: 44 } as const

/** How far the update of each approximation is from the exact one, on a logarithmic axis; TinT has all of them together. */
export function fidelityChart({ approximations }: Fidelity): Markup {
  const errors = approximations.map(({ overall }) => overall.relativeError)
  const shown = errors.filter((error) => error !== null && error > 0) as number[]
  const [low, high] = [Math.min(1e-4, ...shown), Math.max(1, ...shown)]
  const x = scaleLog([low / 1.5, high * 1.5], [size.left, size.width - size.right])
  const base = size.top + approximations.length * size.row
  const ticks = powersOfTen(low / 1.5, high * 1.5)
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
  const end = short(x(relativeError))
  return markup`<g class="${part === 'all' ? 'tint' : 'part'}"><line class="stem" x1="${size.left}" x2="${end}" y1="${middle}" y2="${middle}"/>
<circle class="dot" cx="${end}" cy="${middle}" r="6"/>
<text class="value" x="${short(x(relativeError) + 12)}" y="${middle + 4}">${percent(relativeError)}</text></g>
`
}

function rowMiddle(index: number): number {
  return size.top + (index + 0.5) * size.row
}

function powersOfTen(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low))
  const last = Math.floor(Math.log10(high))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index))
}

/** Two digits that count: `0.012 %`, `42 %`. */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`
}
