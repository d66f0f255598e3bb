/** Counts how tries of a fault came out. */
export class Tally {
  tries = 0
  good = 0
  /** @type {Map<string, number>} */
  outcomes = new Map()

  /** @param {boolean} isGood @param {string} outcome in words; equal ones are counted together */
  add(isGood, outcome) {
    this.tries++
    if (isGood) this.good++
    const text = withoutPlaces(isGood ? outcome : `WRONG: ${outcome}`)
    this.outcomes.set(text, (this.outcomes.get(text) ?? 0) + 1)
  }

  /** What came out, most frequent first. */
  text() {
    const sorted = [...this.outcomes].sort(([, first], [, second]) => second - first)
    return sorted.map(([text, count]) => (sorted.length === 1 ? text : `${count} × ${text}`)).join('; ')
  }
}

/** Paths and numbers that are others each time. */
function withoutPlaces(text) {
  return text
    .replace(/^tint: /, '')
    .replaceAll(/\/[^\s;:,)]*tint-reliability-[^\s;:,)]*\/([^\s/;:,)]+)/g, '$1')
    .replaceAll(/Process \d+/g, 'Process N')
    .replaceAll(/the folder \d+ may/g, 'the folder around it may')
}
