import * as z from 'zod'
import { atMost, waysTable } from '../account.mjs'
import { trainLengthOf, usualShape } from '../shapes.mjs'
import { bytesText, rounded, secondsText } from '../texts.mjs'
import { alternate, wayFigures, wayFiguresSchema, withChildren } from '../ways.mjs'

const positive = z.number().positive()

export const name = 'literal'
export const title = 'The simulator, operator by operator'
export const description =
  'A literal step of OPT-125M’s shape, 512 tokens, 70 % of them learned: the simulator’s own modules on its state.'

export const schema = z.strictObject({
  length: z.int(),
  constructSeconds: positive,
  gflop: positive,
  ways: z.array(wayFiguresSchema).length(1),
})

/** @param {import('../context.mjs').Context} context */
export async function run(context) {
  const length = context.quick ? 16 : 512
  const config = usualShape(context.quick)
  const settings = {
    config,
    length,
    trainLength: trainLengthOf(length),
    gradient: 'tint',
    execution: 'literal',
  }
  const starts = { 'tint, literal': () => context.worker('step', settings) }
  return withChildren(starts, async (children) => {
    const { constructSeconds, gflop } = children.get('tint, literal').facts
    return { length, constructSeconds, gflop, ways: wayFigures(await alternate(context, children)) }
  })
}

/** @param {import('zod').infer<typeof schema>} result @returns {import('../account.mjs').Account} */
export function account({ constructSeconds, gflop, ways }) {
  const [figures] = ways
  return {
    goals: [atMost('at most 12 s', figures?.time.median, 12, secondsText)],
    tables: [
      { ...waysTable('Times', ways), note: undefined },
      {
        title: 'Around the step',
        columns: ['construction', 'arithmetic of a step', 'peak memory'],
        rows: [
          [
            secondsText(constructSeconds),
            `${rounded(gflop)} GFLOP`,
            bytesText(figures?.peakMemoryBytes ?? 0),
          ],
        ],
      },
    ],
    charts: [],
  }
}
