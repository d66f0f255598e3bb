/** What a text holds as JSON, or undefined where it is none: no schema takes that, so that one message serves both. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
