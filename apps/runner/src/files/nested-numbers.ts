/** Lists in lists of numbers: how deep they may be, and what the numbers are called. */
export interface NestedNumbers {
  /** The fewest and the most lists around a number. */
  readonly depths: readonly [number, number]
  /** E.g. `a whole number`. */
  readonly number: string
}

/** How much of a value a message shows. */
const shownCharacters = 40

/**
 * The first place where a JSON value is not what was expected.
 *
 * @returns in words, such as `[0][3] is "a"; expected a whole number`; undefined where nothing is wrong
 */
export function firstDeviation(
  value: unknown,
  { depths: [least, most], number }: NestedNumbers,
): string | undefined {
  return deviation(value, Math.max(depthOf(value, most), least), '', number)
}

/** How many lists stand around the first number, as far as that may be. */
function depthOf(value: unknown, most: number): number {
  return most > 0 && Array.isArray(value) ? 1 + depthOf(value[0], most - 1) : 0
}

function deviation(value: unknown, depth: number, path: string, number: string): string | undefined {
  const place = path === '' ? 'the content' : path
  if (depth === 0) {
    const right = typeof value === 'number' && Number.isFinite(value)
    return right ? undefined : `${place} is ${shown(value)}; expected ${number}`
  }
  if (!Array.isArray(value)) return `${place} is ${shown(value)}; expected a list`
  for (const [index, item] of value.entries()) {
    const found = deviation(item, depth - 1, `${path}[${index}]`, number)
    if (found !== undefined) return found
  }
  return undefined
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  // JSON has no infinity, but numbers that are read as one, such as 1e999.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text
}
