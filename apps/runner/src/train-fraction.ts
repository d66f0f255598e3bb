import { InputError } from '@tintjs/tensor'

/** What a train length is made of, and what messages call it. */
interface Divided {
  /** Tokens, or bytes. */
  readonly length: number
  /** What is divided: `--length`, or a file. */
  readonly name: string
  readonly unit: 'token' | 'byte'
}

/**
 * How much of something a fraction of it is, rounded down.
 *
 * @returns at least 2: of one token there is nothing to learn, as nothing comes before it
 * @throws InputError where the fraction is none, or leaves too little
 */
export function trainLengthOf(fraction: number, { length, name, unit }: Divided): number {
  if (!(fraction > 0 && fraction < 1)) {
    throw new InputError(`--train-fraction is ${fraction}; expected a number above 0 and below 1.`)
  }
  const trainLength = Math.floor(fraction * length)
  if (trainLength >= 2) return trainLength
  throw new InputError(
    `There is nothing to learn from: --train-fraction ${fraction} of ${name} (${counted(length, unit)}) is ` +
      `${counted(trainLength, unit)}; expected at least 2.`,
  )
}

function counted(count: number, unit: string): string {
  return `${count} ${count === 1 ? unit : `${unit}s`}`
}
