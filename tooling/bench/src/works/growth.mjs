import * as z from 'zod'
import { optShape, trainLengthOf, usualShape } from '../shapes.mjs'
import { logarithmicSlope, spreadOf, spreadSchema } from '../statistics.mjs'
import { bytesText, rounded, secondsText, timeRangeText } from '../texts.mjs'
import { alternate, withChildren } from '../ways.mjs'

const positive = z.number().positive()
const finite = z.number()

export const name = 'growth'
export const title = 'Growth with length, width and depth'
export const description =
  'Time and peak memory of TinT’s step as one size grows and the others stay: tokens N with OPT-125M’s shape, width D with 4 layers, layers L with width 512, both at 512 tokens. A slope is the power with which a figure grows: a line through the logarithms, by least squares. That of the time is not to be above that of the arithmetic.'

export const schema = z.strictObject({
  series: z.array(
    z.strictObject({
      size: z.enum(['N', 'D', 'L']),
      points: z
        .array(
          z.strictObject({ at: z.int(), time: spreadSchema, gflop: positive, peakMemoryBytes: positive }),
        )
        .min(2),
      slopes: z.strictObject({ time: finite, arithmetic: finite, memory: finite }),
    }),
  ),
})

const sizeNames = { N: 'tokens N', D: 'width D', L: 'layers L' }

/** What is measured: for each size its values, and the shape and length at one of them. */
function seriesOf(quick) {
  const length = quick ? 16 : 512
  const small = quick ? { vocabulary: 64, positions: 64 } : {}
  return [
    {
      size: 'N',
      values: quick ? [16, 32] : [128, 256, 512, 1024, 2048],
      at: (value) => ({ config: usualShape(quick), length: value }),
    },
    {
      size: 'D',
      values: quick ? [64, 128] : [256, 512, 768, 1024, 1536],
      at: (width) => ({ config: optShape({ width, layers: quick ? 1 : 4, ...small }), length }),
    },
    {
      size: 'L',
      values: quick ? [1, 2] : [2, 4, 8, 16, 24],
      at: (layers) => ({ config: optShape({ width: quick ? 64 : 512, layers, ...small }), length }),
    },
  ]
}

/** @param {import('../context.mjs').Context} context */
export async function run(context) {
  const series = []
  for (const { size, values, at } of seriesOf(context.quick)) {
    const points = []
    for (const value of values) {
      context.tell(`${size} = ${value}`)
      points.push({ at: value, ...(await measure(context, at(value))) })
    }
    const slope = (of) => logarithmicSlope(points.map((point) => ({ x: point.at, y: of(point) })))
    const slopes = {
      time: slope(({ time }) => time.median),
      arithmetic: slope(({ gflop }) => gflop),
      memory: slope(({ peakMemoryBytes }) => peakMemoryBytes),
    }
    series.push({ size, points, slopes })
  }
  return { series }
}

function measure(context, { config, length }) {
  const settings = { config, length, trainLength: trainLengthOf(length), gradient: 'tint' }
  return withChildren({ tint: () => context.worker('step', settings) }, async (children) => {
    const answers = (await alternate(context, children)).get('tint') ?? []
    return {
      time: spreadOf(answers.map(({ seconds }) => seconds)),
      gflop: children.get('tint').facts.gflop,
      peakMemoryBytes: Math.max(...answers.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    }
  })
}

/** @param {import('zod').infer<typeof schema>} result @returns {import('../account.mjs').Account} */
export function account({ series }) {
  return {
    goals: series.map(({ size, slopes }) => ({
      text: `time grows with the ${sizeNames[size]} no steeper than the arithmetic`,
      found: `${slopeText(slopes.time)} against ${slopeText(slopes.arithmetic)}`,
      met: slopes.time <= slopes.arithmetic,
    })),
    tables: [
      {
        title: 'Slopes',
        columns: ['size', 'time', 'arithmetic', 'peak memory'],
        rows: series.map(({ size, slopes }) => [
          sizeNames[size],
          ...[slopes.time, slopes.arithmetic, slopes.memory].map(slopeText),
        ]),
        note: 'The peak memory includes the engine’s own.',
      },
      ...series.map(({ size, points }) => ({
        title: `By ${sizeNames[size]}`,
        columns: [sizeNames[size], 'median', 'spread', 'arithmetic', 'peak memory'],
        rows: points.map(({ at, time, gflop, peakMemoryBytes }) => [
          String(at),
          secondsText(time.median),
          timeRangeText(time),
          `${rounded(gflop)} GFLOP`,
          bytesText(peakMemoryBytes),
        ]),
      })),
    ],
    charts: series.flatMap(chartsOf),
  }
}

/** @param {number} slope */
function slopeText(slope) {
  return slope.toFixed(2).replace('-', '−')
}

/** Time beside the arithmetic, which is moved to meet it at the largest size; and memory. */
function chartsOf({ size, points }) {
  const x = sizeNames[size]
  const last = points.at(-1)
  const along = (of) => points.map((point) => ({ x: point.at, y: of(point) }))
  return [
    {
      kind: 'growth',
      title: `Time of a step by ${x}`,
      names: { x, y: 'seconds' },
      lines: [
        { name: 'time', colour: 'tint', points: along(({ time }) => time.median) },
        {
          name: 'as the arithmetic grows',
          colour: 'plain',
          dashed: true,
          points: along(({ gflop }) => (gflop / last.gflop) * last.time.median),
        },
      ],
    },
    {
      kind: 'growth',
      title: `Peak memory by ${x}`,
      names: { x, y: 'GB' },
      lines: [
        {
          name: 'peak memory',
          colour: 'tint',
          points: along(({ peakMemoryBytes }) => peakMemoryBytes / 1e9),
        },
      ],
    },
  ]
}
