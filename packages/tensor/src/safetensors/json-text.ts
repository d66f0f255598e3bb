/** A name that an object of a JSON text has twice, and the path of names that leads to that object. */
export interface DuplicateName {
  readonly name: string
  readonly path: readonly string[]
}

/** An object (`names` so far) or an array (`names` is null) that the scan is inside of. */
interface Level {
  readonly names: Set<string> | null
  /** The name under which the level stands in the level above, if that is an object. */
  readonly under: string | null
  latest: string | null
}

/**
 * Finds the first name that occurs twice in one object of a JSON text, at any depth. `JSON.parse` silently
 * keeps the last of two, so two readers of one file could see different tensors.
 *
 * @param text a text that `JSON.parse` accepts; the scan relies on it and checks nothing else
 */
export function findDuplicateName(text: string): DuplicateName | null {
  const levels: Level[] = []
  let nameComesNext = false
  for (let position = 0; position < text.length; position++) {
    const current = levels.at(-1)
    const character = text[position]
    if (character === '{' || character === '[') {
      const names = character === '{' ? new Set<string>() : null
      levels.push({ names, under: current?.latest ?? null, latest: null })
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
        if (current.names.has(name)) return { name, path: pathOf(levels) }
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

function pathOf(levels: readonly Level[]): string[] {
  return levels.flatMap((level) => (level.under === null ? [] : [level.under]))
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
