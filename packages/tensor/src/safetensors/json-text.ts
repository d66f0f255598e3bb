/** The deepest nesting of a JSON text from a checkpoint: the reference implementation's limit. */
const maximumDepth = 128

/** An object (`names` so far) or an array (`names` is null) that the scan is inside of. */
interface Level {
  readonly names: Set<string> | null
  /** The name under which the level stands in the level above, if that is an object. */
  readonly under: string | null
  latest: string | null
}

/**
 * Finds what `JSON.parse` lets pass: a name that occurs twice in one object, at any depth (it silently keeps the
 * last, so two readers of one file could see different tensors), and nesting of more than 128 levels.
 *
 * @param text a text that `JSON.parse` accepts; the scan relies on it and checks nothing else
 * @returns the first problem, worded to follow "found" in a message, or null
 */
export function findJsonProblem(text: string): string | null {
  const levels: Level[] = []
  let nameComesNext = false
  for (let position = 0; position < text.length; position++) {
    const current = levels.at(-1)
    const character = text[position]
    if (character === '{' || character === '[') {
      const names = character === '{' ? new Set<string>() : null
      levels.push({ names, under: current?.latest ?? null, latest: null })
      if (levels.length > maximumDepth) return `more than ${maximumDepth} levels of nesting`
      nameComesNext = names !== null
    } else if (character === '}' || character === ']') {
      levels.pop()
      nameComesNext = false
    } else if (character === ',') {
      nameComesNext = current?.names != null
    } else if (character === '"') {
      const end = endOfString(text, position)
      if (nameComesNext && current?.names) {
        // Names are compared after their escapes are resolved: "a" and "\u0061" are one name.
        const name = String(JSON.parse(text.slice(position, end)))
        if (current.names.has(name)) return `the name ${shown(name)} twice${placeOf(levels)}, expected once`
        current.names.add(name)
        current.latest = name
      }
      nameComesNext = false
      position = end - 1
    }
  }
  return null
}

/** The position just behind the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let position = start + 1
  while (text[position] !== '"') position += text[position] === '\\' ? 2 : 1
  return position + 1
}

/** The names that lead to the innermost level, for a message. */
function placeOf(levels: readonly Level[]): string {
  const names = levels.flatMap((level) => (level.under === null ? [] : [shown(level.under)]))
  return names.length > 0 ? ` inside ${names.join(', ')}` : ''
}

/** Whether a string holds half of a surrogate pair, which UTF-8 cannot express (JSON escapes can). */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}

/** Whether a parsed JSON value is an object: neither null nor an array. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value from a file as it stands in a message: as JSON, on one line, cut after 80 characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 80 ? text : `${text.slice(0, 80)}...`
}
