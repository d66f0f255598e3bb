import { axes, frame, markup, short } from '@tintjs/evaluate/page'
import { scaleLinear, scaleLog } from 'd3-scale'
import { line } from 'd3-shape'
import { rounded } from '../texts.mjs'

/** A chart as a figure with its caption. @param {import('../account.mjs').Chart} chart */
export function chartFigure(chart) {
  return markup`<figure>
<figcaption>${chart.title}</figcaption>
${chart.kind === 'bars' ? barChart(chart) : growthChart(chart)}</figure>
`
}

const barRow = { height: 44, thickness: 14, end: 92 }

/** Bars from zero, with whiskers from the fastest to the slowest where there are any. @param {import('../account.mjs').BarChart} chart */
function barChart({ title, text, bars }) {
  const highest = Math.max(...bars.map(({ value, high = value }) => high))
  const x = scaleLinear([0, highest], [0, frame.width - barRow.end])
  const height = bars.length * barRow.height
  const said = bars.map(({ name, value }) => `${name} ${text(value)}`).join('; ')
  return markup`<svg class="drawn" viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="${title}: ${said}">
${bars.map((bar, index) => barOf(bar, index * barRow.height, x, text))}</svg>
`
}

function barOf({ name, value, low, high, colour }, top, x, text) {
  const middle = top + 20 + barRow.thickness / 2
  const spread = low === undefined || high === undefined ? '' : `, ${text(low)} – ${text(high)}`
  return markup`<g><title>${name}: ${text(value)}${spread}</title>
<text class="label" x="0" y="${top + 14}">${name}</text>
<rect class="${colour}" x="0" y="${top + 20}" width="${short(x(value))}" height="${barRow.thickness}"/>
${low === undefined || high === undefined ? undefined : markup`<path class="whisker" d="M${short(x(low))} ${middle}H${short(x(high))}M${short(x(low))} ${middle - 5}v10M${short(x(high))} ${middle - 5}v10"/>`}
<text class="label" x="${short(x(high ?? value) + 8)}" y="${middle + 4.5}">${text(value)}</text></g>
`
}

/** Lines between two logarithmic axes. @param {import('../account.mjs').GrowthChart} chart */
function growthChart({ title, names, lines }) {
  const { width, height, left, right, top, bottom } = frame
  const points = lines.flatMap((drawn) => drawn.points)
  const ends = (values, margin) => [Math.min(...values) / margin, Math.max(...values) * margin]
  const x = scaleLog(
    ends(
      points.map((point) => point.x),
      1.12,
    ),
    [left, width - right],
  )
  const y = scaleLog(
    ends(
      points.map((point) => point.y),
      1.2,
    ),
    [height - bottom, top],
  )
  const at = [...new Set(points.map((point) => point.x))].sort((first, second) => first - second)
  const ticks = { x: at.map((value) => ({ at: value, text: String(value) })), y: logarithmicTicks(y) }
  const key = lines.length > 1 ? lines.map(keyOf) : undefined
  return markup`<svg class="drawn" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}, both axes logarithmic">
${axes(x, y, ticks, names)}${lines.map((drawn) => lineOf(drawn, x, y))}${key}</svg>
`
}

/** Where there are no three powers of ten, twos and fives too; as many as have room. */
function logarithmicTicks(scale) {
  const [low, high] = scale.domain()
  const steps =
    Math.log10(high / low) < 2 ? (Math.log10(high / low) < 0.5 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : [1, 2, 5]) : [1]
  const ticks = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) {
      const at = step * 10 ** power
      if (at >= low && at <= high)
        ticks.push({ at, text: at < 1000 ? String(Number(at.toPrecision(2))) : rounded(at) })
    }
  }
  return ticks
}

function lineOf({ name, colour, dashed = false, points }, x, y) {
  const path = line(
    (point) => x(point.x),
    (point) => y(point.y),
  ).digits(2)
  const dots = dashed ? [] : points
  return markup`<g><path class="line ${colour}${dashed ? ' dashed' : ''}" d="${path(points) ?? ''}"><title>${name}</title></path>
${dots.map((point) => markup`<circle class="${colour}" cx="${short(x(point.x))}" cy="${short(y(point.y))}" r="4"><title>${name}, ${point.x}: ${rounded(point.y)}</title></circle>`)}</g>
`
}

function keyOf({ name, colour, dashed = false }, index) {
  const height = frame.top + 12 + index * 18
  return markup`<g><path class="line ${colour}${dashed ? ' dashed' : ''}" d="M${frame.left + 12} ${height - 4}h28"/><text class="label" x="${frame.left + 48}" y="${height}">${name}</text></g>
`
}
