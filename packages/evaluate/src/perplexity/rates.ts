import { InputError } from '@tintjs/tensor'
import { bestRates } from './aggregate'
import type { Sample, Way } from './sample'

/** The learning rate of one way at one fraction. */
export interface ChosenRate {
  readonly way: Exclude<Way, 'inner'>
  readonly trainFraction: number
  readonly learningRate: number
}

/**
 * The best learning rate of each way at each fraction, to be used on another text.
 *
 * @param samples of a measurement that tried several rates
 * @throws InputError where every rate of a way diverged
 */
export function chooseRates(samples: readonly Sample[]): ChosenRate[] {
  const best = bestRates(samples)
  const learning = (['exact', 'tint'] as const).filter((way) => samples.some((sample) => sample.way === way))
  return learning.flatMap((way) =>
    best.map(({ trainFraction, [way]: found }) => {
      if (found !== null) return { way, trainFraction, learningRate: found.learningRate }
      throw new InputError(
        `Every learning rate of ${way} at the train fraction ${trainFraction} diverged; expected one that does not. Try lower ones.`,
      )
    }),
  )
}

/**
 * Checks that there is one rate for each way that learns and each fraction.
 *
 * @returns in the order of ways and fractions
 * @throws InputError naming the first that is missing or too many
 */
export function checkRatesOf(
  rates: readonly ChosenRate[],
  ways: readonly Way[],
  trainFractions: readonly number[],
): ChosenRate[] {
  const learning = ways.filter((way) => way !== 'inner')
  const checked = learning.flatMap((way) =>
    trainFractions.map((trainFraction) => {
      const found = rates.filter((rate) => rate.way === way && rate.trainFraction === trainFraction)
      const [only] = found
      if (only !== undefined && found.length === 1) return only
      throw new InputError(
        `There are ${found.length} rates of ${way} at the train fraction ${trainFraction}; expected one.`,
      )
    }),
  )
  if (checked.length === rates.length) return checked
  throw new InputError(
    `${rates.length} rates are given; expected ${checked.length}, one for each way and fraction.`,
  )
}
