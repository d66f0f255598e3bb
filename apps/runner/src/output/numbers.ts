/** Losses, in nats: five digits after the point show the change of one step. */
export function lossText(loss: number): string {
  return loss.toFixed(5)
}

/** A change with its sign, so that better (lower) and worse are seen at once. */
export function changeText(change: number): string {
  return `${change > 0 ? '+' : change < 0 ? '-' : ''}${Math.abs(change).toFixed(5)}`
}

/** Counts with groups of three: `124,439,808`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** Durations from milliseconds to minutes. */
export function secondsText(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 120) return `${seconds.toFixed(2)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

/** Bytes in the unit that gives up to three digits before the point. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`
}

/** Learning rates as people write them: `0.001`, `3e-7`. */
export function rateText(rate: number): string {
  return String(rate)
}
