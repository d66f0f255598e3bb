import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { atMost } from '../account.mjs'
import { usualShape } from '../shapes.mjs'
import { spreadOf, spreadSchema } from '../statistics.mjs'
import { bytesText, secondsText, timeRangeText } from '../texts.mjs'
import { withChildren } from '../ways.mjs'

const positive = z.number().positive()

export const name = 'loading'
export const title = 'Loading a checkpoint'
export const description =
  'OPT-125M’s shape from half-precision safetensors to a ready model, each round in a fresh process whose engine has started. The file was read before, so that it comes from memory. Ready is a model that has computed its first logits, as engines take weights in at their first use.'

export const schema = z.strictObject({
  /** Of all weights as float32. */
  weightBytes: positive,
  /** Until the model is loaded, and until its first logits. */
  loaded: spreadSchema,
  ready: spreadSchema,
  baselineBytes: spreadSchema,
  /** Until the model is ready. */
  peakMemoryBytes: spreadSchema,
  /** Peaks above the engine's own memory as multiples of the weights: until loaded, and until ready. */
  loadedOverWeights: spreadSchema,
  readyOverWeights: spreadSchema,
})

/** @param {import('../context.mjs').Context} context */
export async function run(context) {
  const folder = await mkdtemp(join(tmpdir(), 'tint-bench-'))
  try {
    context.tell('writing the checkpoint')
    const settings = { folder, config: usualShape(context.quick) }
    const weightBytes = await withChildren(
      { checkpoint: () => context.worker('checkpoint', settings) },
      async (children) => children.get('checkpoint').facts.weightBytes,
    )
    const rounds = []
    for (let round = context.quick ? 1 : 0; round <= context.rounds; round++) {
      const answer = await withChildren(
        { loading: () => context.worker('loading', { folder }) },
        (children) => children.get('loading').ask('round'),
      )
      // The first one reads the file from the disk.
      if (round > 0) rounds.push(answer)
      context.tell(`round ${round} of ${context.rounds}: ${answer.seconds.toFixed(3)} s`)
    }
    const spread = (of) => spreadOf(rounds.map(of))
    const overWeights = (peak) => (answer) => (peak(answer) - answer.baselineBytes) / weightBytes
    return {
      weightBytes,
      loaded: spread(({ loadSeconds }) => loadSeconds),
      ready: spread(({ seconds }) => seconds),
      baselineBytes: spread(({ baselineBytes }) => baselineBytes),
      peakMemoryBytes: spread(({ peakMemoryBytes }) => peakMemoryBytes),
      loadedOverWeights: spread(overWeights(({ loadPeakBytes }) => loadPeakBytes)),
      readyOverWeights: spread(overWeights(({ peakMemoryBytes }) => peakMemoryBytes)),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @param {import('zod').infer<typeof schema>} result @returns {import('../account.mjs').Account} */
export function account(result) {
  const { weightBytes, loaded, ready, baselineBytes, peakMemoryBytes } = result
  const { loadedOverWeights, readyOverWeights } = result
  const times = (value) => `${value.toFixed(2)} ×`
  const multiple = (figure, { median, min, max }) => [figure, times(median), `${times(min)} – ${times(max)}`]
  const bytes = ({ min, max }) => `${bytesText(min)} – ${bytesText(max)}`
  return {
    goals: [
      atMost('loaded in at most 2 s', loaded.median, 2, secondsText),
      atMost(
        'peak above the engine’s own memory at most 1.3 × the float32 weights',
        readyOverWeights.median,
        1.3,
        times,
      ),
    ],
    tables: [
      {
        title: 'Times and memory',
        columns: ['figure', 'median', 'spread'],
        rows: [
          ['loaded', secondsText(loaded.median), timeRangeText(loaded)],
          ['ready: first logits', secondsText(ready.median), timeRangeText(ready)],
          ['engine alone', bytesText(baselineBytes.median), bytes(baselineBytes)],
          ['peak', bytesText(peakMemoryBytes.median), bytes(peakMemoryBytes)],
          multiple('loaded: above the engine, over weights', loadedOverWeights),
          multiple('ready: above the engine, over weights', readyOverWeights),
        ],
        note: `The weights are ${bytesText(weightBytes)} as float32.`,
      },
    ],
    charts: [],
  }
}
