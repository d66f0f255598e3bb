import * as z from 'zod'
import { ratioOf, spreadOf, spreadSchema } from './statistics.mjs'

const positive = z.number().positive()

/** What was measured of one way of doing a work. */
export const wayFiguresSchema = z.strictObject({
  way: z.string(),
  /** One for each round. */
  seconds: z.array(positive).min(1),
  time: spreadSchema,
  peakMemoryBytes: positive,
  /** Of the times, round by round; null for PyTorch itself and where there is none. */
  ratioToPyTorch: spreadSchema.nullable(),
})

/** @typedef {import('zod').infer<typeof wayFiguresSchema>} WayFigures */

/** The name of PyTorch's way in every work. */
export const pytorchWay = 'pytorch'

/**
 * Measures ways in turns: each round takes them one after another, so that the machine's moods hit all of them.
 *
 * @param {import('./context.mjs').Context} context
 * @param {Map<string, import('./child.mjs').Child>} children by way; stay the caller's
 * @returns {Promise<Map<string, any[]>>} each way's answers, one for each round
 */
export async function alternate({ rounds, tell }, children) {
  const answers = new Map([...children.keys()].map((way) => [way, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const [way, child] of children) {
      const answer = await child.ask('round')
      answers.get(way)?.push(answer)
      tell(`round ${round} of ${rounds}, ${way}: ${answer.seconds.toFixed(3)} s`)
    }
  }
  return answers
}

/**
 * @param {Map<string, any[]>} answers as {@link alternate} gives them
 * @returns {WayFigures[]}
 */
export function wayFigures(answers) {
  const secondsOf = (way) => answers.get(way)?.map(({ seconds }) => seconds)
  return [...answers].map(([way, rounds]) => {
    const seconds = rounds.map((round) => round.seconds)
    return {
      way,
      seconds,
      time: spreadOf(seconds),
      peakMemoryBytes: Math.max(...rounds.map(({ peakMemoryBytes }) => peakMemoryBytes)),
      ratioToPyTorch: way === pytorchWay ? null : ratioOf(seconds, secondsOf(pytorchWay)),
    }
  })
}

/**
 * Starts one child for each way, does something with all of them, and stops them whatever happens.
 *
 * @template Result
 * @param {Record<string, () => Promise<import('./child.mjs').Child>>} starts by way, in the order of the rounds
 * @param {(children: Map<string, import('./child.mjs').Child>) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export async function withChildren(starts, use) {
  const children = new Map()
  try {
    for (const [way, start] of Object.entries(starts)) children.set(way, await start())
    return await use(children)
  } finally {
    await Promise.all([...children.values()].map((child) => child.stop()))
  }
}

/** The figures of a way. @param {readonly WayFigures[]} ways @param {string} name */
export function figuresOf(ways, name) {
  return ways.find(({ way }) => way === name)
}
