import type { Way } from '../perplexity/sample'

/** What pages call the ways. */
export const wayNames: Readonly<Record<Way, string>> = {
  inner: 'model alone',
  exact: 'exact',
  tint: 'TinT',
}

/** Losses in nats: four digits after the point. */
export function lossText(value: number): string {
  return fixed(value, 4)
}

/** A gain with its sign. */
export function gainText(value: number): string {
  return `${value > 0 ? '+' : ''}${fixed(value, 4)}`
}

/** A share in percent, with as many digits as it needs, but no more than four: `70 %`, `12.5 %`, `33.33 %`. */
export function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`
}

/** A share with its error, e.g. `97.3 ± 0.4 %`. */
export function shareText(share: number, error: number | null): string {
  const value = fixed(100 * share, 1)
  return error === null ? `${value} %` : `${value} ± ${fixed(100 * error, 1)} %`
}

/** A difference of two shares in percentage points, with its sign and error: `+4.2 ± 1.1 points`. */
export function pointsText(difference: number, error: number | null): string {
  const value = `${difference > 0 ? '+' : ''}${fixed(100 * difference, 1)}`
  return `${value}${error === null ? '' : ` ± ${fixed(100 * error, 1)}`} points`
}

/** Counts with groups of three: `1,256,449`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** A number of any size: five digits, `1,480.2`, or `3.2e+15` where it has many more. */
export function shortText(value: number): string {
  return value < 1e9 ? value.toLocaleString('en-US', { maximumSignificantDigits: 5 }) : value.toExponential(2)
}

/** Learning rates as people write them: `0.001`, `3e-4`. */
export function rateText(rate: number): string {
  return rate > 0 && rate < 0.001 ? rate.toExponential() : String(rate)
}

/** With a real minus sign, and no negative zero. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−')
}
