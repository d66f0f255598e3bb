import * as z from 'zod'
import { atLeast, atMost, ratioAtMost, waysCharts, waysTable, wayText } from '../account.mjs'
import { trainLengthOf, usualShape } from '../shapes.mjs'
import { bytesText, percentText, rounded } from '../texts.mjs'
import { alternate, figuresOf, pytorchWay, wayFigures, wayFiguresSchema, withChildren } from '../ways.mjs'

const positive = z.number().positive()

export const name = 'step'
export const title = 'One training step'
export const description =
  'OPT-125M’s shape, 512 tokens, 70 % of them learned, test loss before and after; beside exact dynamic evaluation in PyTorch (sdpa, all cores, float32, embeddings frozen, forward, backward, SGD, forward). All ways take turns.'

export const schema = z.strictObject({
  length: z.int(),
  trainLength: z.int(),
  ways: z.array(wayFiguresSchema),
  /** The engine's rate on large square products before and after the rounds, in the process of the TinT step. */
  matrixRates: z.strictObject({ before: positive, after: positive }),
  /** By way of ours: the step's arithmetic, and the share of the better of those rates that it reached. */
  arithmetic: z.array(z.strictObject({ way: z.string(), gflop: positive, peakShare: positive })),
})

/** What each of our ways does. */
const ours = {
  tint: { gradient: 'tint' },
  'tint without loss before': { gradient: 'tint', scoreBefore: false },
  exact: { gradient: 'exact' },
}

/** @param {import('../context.mjs').Context} context */
export async function run(context) {
  const length = context.quick ? 16 : 512
  const trainLength = trainLengthOf(length)
  const sizes = {
    config: usualShape(context.quick),
    length,
    trainLength,
    rateSize: context.quick ? 128 : 2048,
  }
  const starts = Object.fromEntries(
    Object.entries(ours).map(([way, settings]) => [
      way,
      () => context.worker('step', { ...sizes, ...settings }),
    ]),
  )
  if (context.pytorch) starts[pytorchWay] = () => context.pytorchWorker('pytorch_step', sizes)
  return withChildren(starts, async (children) => {
    const rate = async () => (await children.get('tint').ask('rate')).gflopPerSecond
    const before = await rate()
    const ways = wayFigures(await alternate(context, children))
    const matrixRates = { before, after: await rate() }
    const arithmetic = Object.keys(ours).map((way) => {
      const { gflop } = children.get(way).facts
      const seconds = figuresOf(ways, way)?.time.median ?? Number.NaN
      return { way, gflop, peakShare: gflop / seconds / Math.max(matrixRates.before, matrixRates.after) }
    })
    return { length, trainLength, ways, matrixRates, arithmetic }
  })
}

/** @param {import('zod').infer<typeof schema>} result @returns {import('../account.mjs').Account} */
export function account({ ways, matrixRates, arithmetic }) {
  const ratio = (way) => figuresOf(ways, way)?.ratioToPyTorch
  const memory = figuresOf(ways, 'tint')?.peakMemoryBytes
  const share = arithmetic.find(({ way }) => way === 'tint')?.peakShare
  const rates = Object.values(matrixRates).map((value) => `${rounded(value)} GFLOP/s`)
  return {
    goals: [
      ratioAtMost('TinT: at most 0.6 × PyTorch', ratio('tint'), 0.6),
      ratioAtMost('the prize: at most 0.5 × PyTorch', ratio('tint'), 0.5),
      atMost('TinT: at most 2 GB', memory, 2e9, bytesText),
      ratioAtMost('without the loss before: at most 0.5 × PyTorch', ratio('tint without loss before'), 0.5),
      ratioAtMost('exact in our engine: at most 1.0 × PyTorch', ratio('exact'), 1),
      atLeast('at least 75 % of the engine’s rate on large square products', share, 0.75, percentText),
    ],
    tables: [
      waysTable('Times', ways),
      {
        title: 'Share of the machine’s peak',
        columns: ['way', 'arithmetic', 'rate', 'share of the peak'],
        rows: arithmetic.map(({ way, gflop, peakShare }) => [
          wayText(way),
          `${rounded(gflop)} GFLOP`,
          `${rounded(gflop / (figuresOf(ways, way)?.time.median ?? Number.NaN))} GFLOP/s`,
          percentText(peakShare),
        ]),
        note: `The peak is the better of the engine’s rates on large square products before and after: ${rates.join(' and ')}.`,
      },
    ],
    charts: waysCharts('Step', ways),
  }
}
