/** A time with three digits that count. @param {number} seconds */
export function secondsText(seconds) {
  return seconds < 1 ? `${rounded(seconds * 1000)} ms` : `${rounded(seconds)} s`
}

/** @param {import('./statistics.mjs').Spread} spread of times */
export function timeRangeText({ min, max }) {
  return `${secondsText(min)} – ${secondsText(max)}`
}

/** Memory in powers of ten. @param {number} bytes */
export function bytesText(bytes) {
  return bytes < 1e9 ? `${rounded(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}

/** A ratio with its spread; a dash where there is none. @param {import('./statistics.mjs').Spread | null} spread */
export function ratioText(spread) {
  if (spread === null) return '–'
  const [middle, low, high] = [spread.median, spread.min, spread.max].map((value) => value.toFixed(3))
  return `${middle} × (${low} – ${high})`
}

/** @param {number} share */
export function percentText(share) {
  return `${(100 * share).toFixed(1)} %`
}

/** Three digits that count, without a power of ten. @param {number} value */
export function rounded(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
