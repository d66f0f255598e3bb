import { line, type SymbolType, symbol, symbolCircle, symbolSquare } from 'd3-shape'
import type { Way } from '../perplexity/sample'
import { type Markup, markup } from './markup'

/** Sizes of a chart in its own units; it is drawn as wide as its place. */
export const frame = { width: 400, height: 270, left: 80, right: 14, top: 14, bottom: 42 } as const

/** A point of a line, with its error above and below. */
export interface ChartPoint {
  readonly x: number
  readonly y: number
  readonly error: number | null
  /** Shown where one points at it. */
  readonly title: string
  /** Whether a ring is around it; default not. */
  readonly isBest?: boolean | undefined
}

/** Where values stand in a chart: what is used of a scale of d3-scale, whose own types users would have to install. */
export interface Scale {
  (value: number): number
  /** Its first and last value. */
  domain(): number[]
}

/** A tick of an axis. */
export interface Tick {
  readonly at: number
  readonly text: string
}

/** How a line looks: its marks tell the way, its colour the run where there are several, and else the way too. */
export interface Look {
  readonly way: Way
  /** From 1 on, where a page has several runs. */
  readonly run?: number | undefined
  /** How far points stand beside their place, so that equal ones can be told apart. */
  readonly shift: number
}

/** A line of a chart. */
export interface ChartLine {
  readonly look: Look
  readonly points: readonly ChartPoint[]
}

/** Colours that runs have; more runs begin again with the first. */
export const runColours = 8

/** The classes of what is drawn in a {@link Look}. */
export function lookClasses({ way, run }: Pick<Look, 'way' | 'run'>): string {
  return run === undefined ? way : `${way} run${((run - 1) % runColours) + 1}`
}

/** Lines side by side; those without points are left out. */
export function shifted<Line extends { readonly look: Look; readonly points: readonly unknown[] }>(
  lines: readonly Line[],
): Line[] {
  const drawn = lines.filter(({ points }) => points.length > 0)
  const step = Math.min(8, 28 / drawn.length)
  return drawn.map((line, index) => ({
    ...line,
    look: { ...line.look, shift: (index - (drawn.length - 1) / 2) * step },
  }))
}

const symbols: Readonly<Record<Way, SymbolType>> = {
  inner: symbolCircle,
  exact: symbolSquare,
  tint: symbolCircle,
}

/** A number in an SVG, short. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** Both axes with their names, and lines at the ticks of the vertical one. */
export function axes(
  x: Scale,
  y: Scale,
  ticks: { readonly x: readonly Tick[]; readonly y: readonly Tick[] },
  names: { readonly x: string; readonly y: string },
): Markup {
  const { width, height, left, right, top, bottom } = frame
  const base = height - bottom
  return markup`<g class="axis">
${ticks.y.map(
  ({
    at,
    text,
  }) => markup`<line class="grid" x1="${left}" x2="${width - right}" y1="${short(y(at))}" y2="${short(y(at))}"/>
<text x="${left - 8}" y="${short(y(at) + 4)}" text-anchor="end">${text}</text>
`,
)}<line class="base" x1="${left}" x2="${width - right}" y1="${base}" y2="${base}"/>
${ticks.x.map(
  ({
    at,
    text,
  }) => markup`<line class="base" x1="${short(x(at))}" x2="${short(x(at))}" y1="${base}" y2="${base + 4}"/>
<text x="${short(x(at))}" y="${base + 18}" text-anchor="middle">${text}</text>
`,
)}<text class="name" x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">${names.x}</text>
<text class="name" x="13" y="${(top + base) / 2}" text-anchor="middle" transform="rotate(-90 13 ${(top + base) / 2})">${names.y}</text>
</g>
`
}

/** A line with its points and error bars. Points above the chart become arrows at its top. */
export function series({ look, points }: ChartLine, place: Scale, y: Scale): Markup {
  const { way, shift } = look
  const x = (value: number) => place(value) + shift
  const path = line<ChartPoint>()
    .x((point) => x(point.x))
    .y((point) => y(point.y))
    .digits(2)
  const [, highest = Number.POSITIVE_INFINITY] = y.domain()
  return markup`<g class="series ${lookClasses(look)}">
<path class="line" clip-path="url(#inside)" d="${path(points) ?? ''}"/>
${points.map((point) => (point.y > highest ? arrow(point, x) : mark(way, point, x, y)))}</g>
`
}

/** What keeps lines inside the axes; once in a page. */
export function clipping(): Markup {
  const { width, height, left, right, top, bottom } = frame
  return markup`<svg class="hidden" width="0" height="0" aria-hidden="true"><defs><clipPath id="inside"><rect x="${left - 6}" y="${top - 6}" width="${width - left - right + 12}" height="${height - top - bottom + 6}"/></clipPath></defs></svg>
`
}

function mark(way: Way, point: ChartPoint, x: (value: number) => number, y: Scale): Markup {
  const [left, middle] = [short(x(point.x)), short(y(point.y))]
  const bar =
    point.error === null
      ? undefined
      : markup`<path class="bar" clip-path="url(#inside)" d="${errorBar(x(point.x), y(point.y - point.error), y(point.y + point.error))}"/>`
  const shape = symbol(symbols[way], way === 'exact' ? 58 : 50).digits(2)() ?? ''
  return markup`<g>${bar}<path class="mark" transform="translate(${left} ${middle})" d="${shape}"><title>${point.title}</title></path>${point.isBest === true ? ring(left, middle) : undefined}</g>
`
}

/** What tells the best point from the others. */
function ring(left: string, middle: string): Markup {
  return markup`<circle class="best" cx="${left}" cy="${middle}" r="8"/>`
}

function errorBar(x: number, low: number, high: number): string {
  const cap = 4
  return `M${short(x)} ${short(low)}V${short(high)}M${short(x - cap)} ${short(low)}h${2 * cap}M${short(x - cap)} ${short(high)}h${2 * cap}`
}

function arrow(point: ChartPoint, x: (value: number) => number): Markup {
  const left = short(x(point.x))
  return markup`<path class="arrow" transform="translate(${left} ${frame.top})" d="M0 -6L5 3H-5Z"><title>${point.title}</title></path>
`
}
