import * as z from 'zod'
import { waysCharts, waysTable } from '../account.mjs'
import { ChildFailure } from '../child.mjs'
import { largerShapes, trainLengthOf } from '../shapes.mjs'
import { alternate, pytorchWay, wayFigures, wayFiguresSchema, withChildren } from '../ways.mjs'

export const name = 'shapes'
export const title = 'Larger models'
export const description =
  'The shapes of GPT-2 medium, GPT-2 large and Llama 3.2 1B (2048 wide, 16 layers), 256 tokens, 70 % of them learned. One way is loaded at a time, so that the largest fit; ratios are of rounds at different times.'

export const schema = z.strictObject({
  length: z.int(),
  shapes: z.array(
    z.strictObject({
      shape: z.string(),
      ways: z.array(wayFiguresSchema),
      /** Ways that ended before they answered, as for want of memory. */
      failures: z.array(z.strictObject({ way: z.string(), reason: z.string() })),
    }),
  ),
})

/** @param {import('../context.mjs').Context} context */
export async function run(context) {
  const length = context.quick ? 16 : 256
  const shapes = []
  for (const [shape, config] of Object.entries(largerShapes(context.quick))) {
    context.tell(shape)
    shapes.push({
      shape,
      ...(await measure(context, { config, length, trainLength: trainLengthOf(length) })),
    })
  }
  return { length, shapes }
}

async function measure(context, sizes) {
  const starts = {
    tint: () => context.worker('step', { ...sizes, gradient: 'tint' }),
    exact: () => context.worker('step', { ...sizes, gradient: 'exact' }),
    ...(context.pytorch ? { [pytorchWay]: () => context.pytorchWorker('pytorch_step', sizes) } : {}),
  }
  const [answers, failures] = [new Map(), []]
  for (const [way, start] of Object.entries(starts)) {
    try {
      const own = await withChildren({ [way]: start }, (children) => alternate(context, children))
      answers.set(way, own.get(way))
    } catch (error) {
      if (!(error instanceof ChildFailure) || context.signal.aborted) throw error
      context.tell(error.message)
      failures.push({ way, reason: error.message })
    }
  }
  return { ways: wayFigures(answers), failures }
}

/** @param {import('zod').infer<typeof schema>} result @returns {import('../account.mjs').Account} */
export function account({ shapes }) {
  return {
    goals: [],
    tables: shapes.map(({ shape, ways, failures }) => {
      const table = waysTable(shape, ways)
      const failed = failures.map(({ way, reason }) => [way, reason.split('\n')[0], '–', '–', '–'])
      return { ...table, rows: [...table.rows, ...failed] }
    }),
    charts: shapes.flatMap(({ shape, ways }) => waysCharts(shape, ways)),
  }
}
