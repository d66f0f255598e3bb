import { readFileSync } from 'node:fs'
import { ink, line, margin, path, soft, svg, text } from '../drawing.mjs'

const document = readFileSync(new URL('../../../docs/fidelity.md', import.meta.url), 'utf8')

/** The rows of the table of docs/fidelity.md whose heading begins so: the one place where its figures stand. */
function tableRows(heading) {
  const start = document.indexOf(`| ${heading}`)
  if (start < 0) throw new Error(`docs/fidelity.md has no table that begins with "${heading}".`)
  const rows = document.slice(start).split('\n\n')[0].split('\n')
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replace(/[`*]/g, '').trim()),
  )
}

const measured = tableRows('derivative').map(([name, ...errors]) => {
  const [kind, scale] = name.split(':')
  return { kind, scale: Number(scale), errors: errors.map(Number) }
})

const models = [
  { name: 'gpt2-nano-bytes', fused: 0, literal: 1 },
  { name: 'opt-nano-bytes', fused: 2, literal: 3 },
]
const curves = [
  { kind: 'central', execution: 'literal', colour: '#0072b2', dashed: false },
  { kind: 'central', execution: 'fused', colour: '#0072b2', dashed: true },
  { kind: 'forward', execution: 'literal', colour: '#d55e00', dashed: false },
  { kind: 'forward', execution: 'fused', colour: '#d55e00', dashed: true },
]

const [top, bottom] = [margin + 52, margin + 332]
const chartWidth = 380
const [lowScale, highScale, lowError, highError] = [1, 4, -6.2, -0.8]

const leftOf = (index) => margin + 62 + index * (chartWidth + 88)
const x = (index, scale) =>
  leftOf(index) + ((Math.log10(scale) - lowScale) / (highScale - lowScale)) * chartWidth
const y = (error) => bottom - ((Math.log10(error) - lowError) / (highError - lowError)) * (bottom - top)

function axes(index, name) {
  const left = leftOf(index)
  const errors = [-6, -5, -4, -3, -2, -1].map((power) => [y(10 ** power), `10^{−${-power}}`])
  const scales = [1, 2, 3, 4].map((power) => [x(index, 10 ** power), `${10 ** power}`])
  return [
    text(left, margin + 18, name, { size: 17, weight: 700 }),
    text(left, margin + 39, 'relative error of all updates', { size: 15, fill: soft }),
    ...errors.map(([at, label]) =>
      [
        path(`M${left} ${at}h${chartWidth}`, { colour: '#e3e7ec', thick: 1 }),
        text(left - 8, at + 5, label, { size: 14, anchor: 'end', fill: soft }),
      ].join(''),
    ),
    ...scales.map(([at, label]) => text(at, bottom + 22, label, { size: 14, anchor: 'middle', fill: soft })),
    path(`M${left} ${top}V${bottom}H${left + chartWidth}`, { colour: line, thick: 1.5 }),
    text(left + chartWidth / 2, bottom + 42, 'scale N', { size: 15, anchor: 'middle', fill: soft }),
  ].join('\n')
}

function curve(index, { kind, execution, colour, dashed }) {
  const points = measured
    .filter((row) => row.kind === kind)
    .map(({ scale, errors }) => [x(index, scale), y(errors[models[index][execution]])])
    .map((point) => point.map((value) => value.toFixed(1)))
  const marks = points.map(
    ([across, down]) =>
      `<circle cx="${across}" cy="${down}" r="4" fill="${dashed ? '#fff' : colour}" stroke="${colour}" stroke-width="2" />`,
  )
  return [path(`M${points.map((point) => point.join(' ')).join('L')}`, { colour, dashed }), ...marks].join(
    '\n',
  )
}

function legendOf(index, { kind, execution, colour, dashed }) {
  const left = margin + 62 + index * 215
  return [
    path(`M${left} ${bottom + 76}h38`, { colour, dashed }),
    text(left + 48, bottom + 81, `${kind}, ${execution}`, { size: 15, fill: ink }),
  ].join('\n')
}

export const derivatives = svg(
  bottom + 104,
  'Errors of finite differences',
  `Relative error of all updates against exact derivatives. ${measured
    .map(({ kind, scale, errors }) => `${kind}:${scale}: ${errors.join(', ')}.`)
    .join(' ')} The columns are ${models.map(({ name }) => `${name} fused, ${name} literal`).join(', ')}.`,
  [
    ...models.flatMap(({ name }, index) => [
      axes(index, name),
      ...[...curves].reverse().map((drawn) => curve(index, drawn)),
    ]),
    ...curves.map((drawn, index) => legendOf(index, drawn)),
  ].join('\n'),
)
