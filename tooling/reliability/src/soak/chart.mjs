import { axes, frame, markup, short } from '@tintjs/evaluate/page'
import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { median } from './verdict.mjs'

const panels = [
  { title: 'tensors', unit: 'count', field: 'tensors', per: 1 },
  { title: 'memory of the process', unit: 'MB', field: 'rss', per: 1e6 },
  { title: "JavaScript's heap", unit: 'MB', field: 'heapUsed', per: 1e6 },
  { title: 'time per step', unit: 'ms', field: 'milliseconds', per: 1 },
]
const colours = ['#0072b2', '#d55e00']
const head = 40

/** The chart of one or two engines. @param {readonly { engine: string, points: readonly Record<string, number>[] }[]} runs */
export function soakChart(runs) {
  const [width, height] = [2 * frame.width + 20, 2 * (frame.height + head) + 36]
  const names = runs.map(({ engine }, index) => {
    const x = 24 + index * 130
    return markup`<path d="M${x} 18h26" stroke="${colours[index]}" stroke-width="2.4"/><text x="${x + 34}" y="22">${engine}</text>`
  })
  const drawn = panels.map((panel, index) => {
    const [x, y] = [(index % 2) * (frame.width + 10), 36 + Math.floor(index / 2) * (frame.height + head)]
    return markup`<g transform="translate(${x} ${y})"><text class="title" x="${frame.left}" y="14">${panel.title}</text><g transform="translate(0 20)">${panelOf(panel, runs)}</g></g>
`
  })
  const steps = runs[0]?.points.length ?? 0
  const drawing = markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Tensors, memory and time over ${steps} training steps in one process, as medians of every ${Math.max(1, Math.floor(steps / 100))} steps" font-family="system-ui, sans-serif" font-size="13" fill="#1f2630">
<style>.axis text{fill:#57606a;font-size:12px}.axis .grid{stroke:#e6e9ed}.axis .base{stroke:#c9d1d9}.title{font-weight:600}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}</style>
<rect width="${width}" height="${height}" rx="12" fill="#fff"/>
${names}${drawn}</svg>
`
  return drawing.text
}

function panelOf({ unit, field, per }, runs) {
  const lines = runs.map(({ points }) => thinned(points, field, per))
  const highest = Math.max(...lines.flat().map(({ value }) => value))
  const x = scaleLinear(
    [0, Math.max(...lines.flat().map(({ step }) => step))],
    [frame.left, frame.width - frame.right],
  )
  const y = scaleLinear([0, highest * 1.1], [frame.height - frame.bottom, frame.top])
  const ticks = {
    x: x.ticks(5).map((at) => ({ at, text: String(at) })),
    y: y.ticks(5).map((at) => ({ at, text: String(at) })),
  }
  const path = line(
    ({ step }) => x(step),
    ({ value }) => y(value),
  ).digits(1)
  return markup`${axes(x, y, ticks, { x: 'steps', y: unit })}${lines.map((points, index) => markup`<path class="line" stroke="${colours[index]}" d="${path(points) ?? ''}"/>`)}`
}

/** A hundred points, each the median of the steps around it. */
function thinned(points, field, per) {
  const size = Math.max(1, Math.floor(points.length / 100))
  const parts = Array.from({ length: Math.floor(points.length / size) }, (_, index) =>
    points.slice(index * size, (index + 1) * size),
  )
  return parts.map((part) => ({
    step: part.at(-1).step,
    value: Number(short(median(part.map((point) => point[field])) / per)),
  }))
}
