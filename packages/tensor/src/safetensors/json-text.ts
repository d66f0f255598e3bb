/** The deepest nesting of a JSON text from a checkpoint: the reference implementation's limit. */
const maximumDepth = 128

/** An object (`names` so far) or an array (`names` is null) that the scan is inside of. */
interface Level {
  readonly names: Set<string> | null
  /** The name under which the level stands in the level above, if that is an object. */
  readonly under: string | null
  latest: string | null
}

/** The most lists and objects of a JSON text. No checkpoint's file comes near, and each takes memory when it is parsed. */
const mostContainers = 1_000_000

/** The most values of a JSON text: the largest vocabularies with their merges have half as many. */
const mostValues = 4_000_000

/**
 * Parses a JSON text that others made. Before anything is parsed, a quick scan refuses texts that would take many times
 * their own size in memory, or the stack; afterwards names that occur twice are refused.
 *
 * @returns the value, or the problem, worded to follow what a message calls the text
 */
export function parseUntrustedJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  const excess = findJsonExcess(text)
  if (excess !== null) return { problem: excess }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { problem: `is not valid JSON (${oneLine(error)})` }
  }
  const problem = findJsonProblem(text)
  return problem === null ? { value } : { problem }
}

/** `JSON.parse` quotes a piece of the text, with its line breaks. */
function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
}

const [quote, backslash, comma, openBracket, closeBracket, openBrace, closeBrace] = Array.from(
  '"\\,[]{}',
  (letter) => letter.charCodeAt(0),
)

/** What is too much in a text, which need not be JSON: levels of nesting, lists and objects, values. */
function findJsonExcess(text: string): string | null {
  let depth = 0
  let containers = 0
  let values = 0
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code === quote) {
      position = endOfString(text, position) - 1
    } else if (code === openBracket || code === openBrace) {
      if (++depth > maximumDepth) return `has more than ${maximumDepth} levels of nesting`
      if (++containers > mostContainers) return `has more than ${mostContainers} lists and objects`
    } else if (code === closeBracket || code === closeBrace) {
      depth--
    } else if (code === comma && ++values > mostValues) {
      return `has more than ${mostValues} values`
    }
  }
  return null
}

/**
 * Finds what `JSON.parse` lets pass: a name that occurs twice in one object, at any depth (it silently keeps the
 * last, so two readers of one file could see different tensors).
 *
 * @param text a text that `JSON.parse` accepts; the scan relies on it and checks nothing else
 */
function findJsonProblem(text: string): string | null {
  const levels: Level[] = []
  let current: Level | undefined
  let nameComesNext = false
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (code === openBrace || code === openBracket) {
      const names = code === openBrace ? new Set<string>() : null
      current = { names, under: current?.latest ?? null, latest: null }
      levels.push(current)
      nameComesNext = names !== null
    } else if (code === closeBrace || code === closeBracket) {
      levels.pop()
      current = levels.at(-1)
      nameComesNext = false
    } else if (code === comma) {
      nameComesNext = current?.names != null
    } else if (code === quote) {
      const end = endOfString(text, position)
      if (nameComesNext && current?.names) {
        const name = nameIn(text, position, end)
        if (current.names.has(name))
          return `has the name ${shown(name)} twice${placeOf(levels)}, expected once`
        current.names.add(name)
        current.latest = name
      }
      nameComesNext = false
      position = end - 1
    }
  }
  return null
}

/** Names are compared after their escapes are resolved: "a" and "\u0061" are one name. */
function nameIn(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end - 1)
  return name.includes('\\') ? String(JSON.parse(text.slice(start, end))) : name
}

/** The position just behind the string that opens at `start`; behind the text where it does not end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end
    while (text.charCodeAt(first - 1) === backslash && first - 1 > start) first--
    if ((end - first) % 2 === 0) return end + 1
  }
  return text.length
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
  // Letter by letter, as a slice would keep all of the text in memory for as long as the message lives.
  return text.length <= 80 ? text : `${[...text.slice(0, 80)].join('')}...`
}
