import * as z from 'zod'
import { trainLengthOf, usualShape } from '../shapes.mjs'
import { percentText, secondsText } from '../texts.mjs'
import { withChildren } from '../ways.mjs'

const notNegative = z.number().min(0)

export const name = 'profile'
export const title = 'Where the time of a step goes'
export const description =
  'TinT’s step of OPT-125M’s shape, 512 tokens, by the engine’s kernels: the round whose time is the median.'

export const schema = z.strictObject({
  seconds: z.number().positive(),
  /** The longest first. */
  kernels: z
    .array(z.strictObject({ name: z.string(), calls: z.int().positive(), seconds: notNegative }))
    .min(1),
  /** Outside of all kernels. */
  restSeconds: notNegative,
})

/** @param {import('../context.mjs').Context} context */
export async function run(context) {
  const length = context.quick ? 16 : 512
  const settings = {
    config: usualShape(context.quick),
    length,
    trainLength: trainLengthOf(length),
    gradient: 'tint',
  }
  return withChildren({ tint: () => context.worker('step', settings) }, async (children) => {
    const profiles = []
    for (let round = 1; round <= context.rounds; round++) {
      profiles.push(await children.get('tint').ask('profile'))
      context.tell(`round ${round} of ${context.rounds}: ${profiles.at(-1).seconds.toFixed(3)} s`)
    }
    const sorted = profiles.toSorted((left, right) => left.seconds - right.seconds)
    const { seconds, kernelTimes } = sorted[profiles.length >> 1]
    const within = kernelTimes.reduce((sum, kernel) => sum + kernel.seconds, 0)
    const kernels = kernelTimes.map((kernel) => ({ ...kernel, seconds: Math.max(0, kernel.seconds) }))
    return { seconds, kernels, restSeconds: Math.max(0, seconds - within) }
  })
}

/** @param {import('zod').infer<typeof schema>} result @returns {import('../account.mjs').Account} */
export function account({ seconds, kernels, restSeconds }) {
  const row = (kernel, calls, time) => [kernel, calls, secondsText(time), percentText(time / seconds)]
  return {
    goals: [],
    tables: [
      {
        title: 'Kernels',
        columns: ['kernel', 'calls', 'time', 'share'],
        rows: [
          ...kernels.map((kernel) => row(kernel.name, String(kernel.calls), kernel.seconds)),
          row('outside of kernels', '–', restSeconds),
          row('the whole step', '–', seconds),
        ],
      },
    ],
    charts: [
      {
        kind: 'bars',
        title: 'The longest',
        text: secondsText,
        bars: [
          ...kernels
            .slice(0, 12)
            .map((kernel) => ({ name: kernel.name, value: kernel.seconds, colour: 'tint' })),
          { name: 'outside of kernels', value: restSeconds, colour: 'plain' },
        ],
      },
    ],
  }
}
