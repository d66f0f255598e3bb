import { InputError } from '@tintjs/tensor'
import { mersenne } from 'pure-rand/generator/mersenne'

/** How the next token is chosen from its probabilities. */
export interface SamplingOptions {
  /** Divides the logits: below 1 likelier tokens win more often, 0 always takes the likeliest; default 1. */
  readonly temperature?: number | undefined
  /** Choose among so many likeliest tokens; default all. */
  readonly topK?: number | undefined
  /** Choose among the likeliest tokens that together have this probability; default 1, all. */
  readonly topP?: number | undefined
  /** The same seed gives the same tokens on one engine; default 0. */
  readonly seed?: number | undefined
}

/** Chooses tokens. */
export type Sampler = (logits: Float32Array) => number

/**
 * Makes a sampler.
 *
 * @throws InputError for a negative temperature, a `topK` below 1, a `topP` outside (0, 1], a seed that is no whole number
 */
export function createSampler(options: SamplingOptions = {}): Sampler {
  const { temperature = 1, topK = Number.POSITIVE_INFINITY, topP = 1, seed = 0 } = options
  check(
    'temperature',
    temperature,
    Number.isFinite(temperature) && temperature >= 0,
    'a number of at least 0',
  )
  check(
    'topK',
    topK,
    topK === Number.POSITIVE_INFINITY || (Number.isInteger(topK) && topK >= 1),
    'a whole number of at least 1',
  )
  check('topP', topP, topP > 0 && topP <= 1, 'a number above 0 and at most 1')
  check('seed', seed, Number.isInteger(seed), 'a whole number')
  if (temperature === 0) return likeliest
  // It spreads a seed over its whole state: others begin with nearly the same numbers for all small seeds.
  const generator = mersenne(seed)
  const random = () => (generator.next() >>> 0) / 2 ** 32
  return (logits) => {
    const candidates = candidatesOf(logits, temperature, topK, topP)
    const total = candidates.reduce((sum, { weight }) => sum + weight, 0)
    let left = random() * total
    for (const { token, weight } of candidates) {
      left -= weight
      if (left < 0) return token
    }
    return candidates.at(-1)?.token ?? likeliest(logits)
  }
}

interface Candidate {
  readonly token: number
  readonly weight: number
}

/** The tokens to choose from, the likeliest first, with weights in proportion to their probabilities. */
function candidatesOf(logits: Float32Array, temperature: number, topK: number, topP: number): Candidate[] {
  const highest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const all = Array.from(logits, (logit, token) => ({
    token,
    weight: Math.exp((logit - highest) / temperature),
  }))
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  const ordered = all
    .sort((a, b) => b.weight - a.weight || a.token - b.token)
    .slice(0, Math.min(topK, all.length))
  if (topP === 1) return ordered
  let covered = 0
  const end = ordered.findIndex(({ weight }) => {
    covered += weight / total
    return covered >= topP
  })
  return end === -1 ? ordered : ordered.slice(0, end + 1)
}

function likeliest(logits: Float32Array): number {
  let best = 0
  logits.forEach((logit, token) => {
    if (logit > (logits[best] ?? Number.NEGATIVE_INFINITY)) best = token
  })
  return best
}

function check(name: string, value: number, valid: boolean, expected: string): void {
  if (!valid) throw new InputError(`${name} is ${value}; expected ${expected}.`)
}
