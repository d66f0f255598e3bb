import type { FidelityReport, UpdateComparison } from '@tintjs/simulate'
import { type Markup, markup } from '../report/markup'

/** How a figure of a comparison is coloured. */
interface Heat {
  readonly figure: (comparison: UpdateComparison) => number | null
  readonly text: (value: number) => string
  /** How far a value is from exact. */
  readonly distance: (value: number) => number
  /** Distances from which on the four colours begin. */
  readonly levels: readonly [number, number, number, number]
  /** The levels in words, for the legend. */
  readonly names: readonly [string, string, string, string]
}

/** Relative errors. */
export const errorHeat: Heat = {
  figure: ({ relativeError }) => relativeError,
  text: errorText,
  distance: (value) => value,
  levels: [0.0003, 0.003, 0.03, 0.3],
  names: ['from 0.0003', '0.003', '0.03', '0.3'],
}

/** Cosines. */
export const cosineHeat: Heat = {
  figure: ({ cosine }) => cosine,
  text: (value) => value.toFixed(4).replace('-', '−'),
  distance: (value) => 1 - value,
  levels: [0.0005, 0.005, 0.05, 0.5],
  names: ['below 0.9995', '0.995', '0.95', '0.5'],
}

/** Two digits that count; very small and very large ones with a power of ten. */
function errorText(value: number): string {
  if (value === 0) return '0'
  return value < 1e-3 || value >= 1e3 ? value.toExponential(1).replace('-', '−') : value.toPrecision(2)
}

/** Kinds of weights down, approximations across; darker is farther from exact. */
export function heatMap({ reference, approximations }: FidelityReport, heat: Heat): Markup {
  return markup`<div class="scroll"><table class="results heat">
<thead><tr><th>weight</th><th>share</th>${approximations.map(({ name }) => markup`<th>${name}</th>`)}</tr></thead>
<tbody>
<tr class="best"><td>all weights</td><td>100 %</td>${approximations.map(({ overall }) => cell(overall, heat))}</tr>
${reference.kinds.map(
  ({ kind, share }, index) =>
    markup`<tr><td>${kind}</td><td>${(100 * share).toFixed(1)} %</td>${approximations.map(({ kinds }) => cell(kinds[index], heat))}</tr>
`,
)}</tbody>
</table></div>
`
}

/** The colours of a {@link heatMap} in words. */
export function heatLegend({ names }: Heat): Markup {
  return markup`<p class="legend">${names.map((name, index) => markup`<span class="key worse${index + 1}">${name}</span> `)}</p>
`
}

function cell(comparison: UpdateComparison | undefined, { figure, text, distance, levels }: Heat): Markup {
  const value = comparison === undefined ? null : figure(comparison)
  if (value === null) return markup`<td class="soft">–</td>`
  const level = levels.filter((least) => distance(value) >= least).length
  return level === 0 ? markup`<td>${text(value)}</td>` : markup`<td class="worse${level}">${text(value)}</td>`
}
