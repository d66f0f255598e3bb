import { parseUntrustedJson } from '@tintjs/tensor'

/** What a text holds as JSON, or undefined where it is none: no schema takes that, so that one message serves both. */
export function jsonOrUndefined(text: string): unknown {
  const parsed = parseUntrustedJson(text)
  return 'value' in parsed ? parsed.value : undefined
}
