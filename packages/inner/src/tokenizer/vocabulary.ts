import * as z from 'zod'

/** Ids may have gaps between them. */
const idLimit = 4_000_000

/** No vocabulary in use has more than some 260 thousand tokens; each costs time and memory when it is loaded. */
const mostTokens = 500_000

/** Those of Gemma have half as many. */
const mostMerges = 1_000_000

/** Ids by token. Its keys are any text, `__proto__` too: read it with `Object.entries`. */
export type Vocabulary = Readonly<Record<string, number>>

/** The two halves of a merge. */
export type Merge = readonly [string, string]

/** Checked in one pass: a schema for each of 200 thousand entries would take seconds. */
export const vocabularyField = z.custom<Vocabulary>().superRefine((value: unknown, context) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    context.addIssue({ code: 'custom', message: 'expected an object with an id for each token' })
    return
  }
  const entries = Object.entries(value)
  if (entries.length > mostTokens) {
    const message = `expected at most ${mostTokens} tokens, found ${entries.length}`
    context.addIssue({ code: 'custom', message })
    return
  }
  for (const [token, id] of entries) {
    if (!Number.isInteger(id) || id < 0 || id >= idLimit) {
      context.addIssue({
        code: 'custom',
        message: `expected an id from 0 to ${idLimit - 1} for each token`,
        path: [token],
      })
      return
    }
  }
})

/** Merges as `"a b"` or `["a", "b"]`. */
export const mergesField = z.custom<readonly unknown[]>().transform((value: unknown, context): Merge[] => {
  const wrong = (message: string, path: number[] = []) => {
    context.addIssue({ code: 'custom', message, path })
    return z.NEVER
  }
  if (!Array.isArray(value)) return wrong('expected a list of merges')
  if (value.length > mostMerges) return wrong(`expected at most ${mostMerges} merges, found ${value.length}`)
  const merges: Merge[] = []
  for (const [index, entry] of value.entries()) {
    const merge = mergeOf(entry)
    if (merge === undefined) return wrong('expected two tokens, as "a b" or ["a", "b"]', [index])
    merges.push(merge)
  }
  return merges
})

/** The merge that an entry of a list of merges or a line of `merges.txt` stands for. */
export function mergeOf(entry: unknown): Merge | undefined {
  const parts: readonly unknown[] =
    typeof entry === 'string' ? entry.split(' ') : Array.isArray(entry) ? entry : []
  const [left, right] = parts
  if (parts.length !== 2 || typeof left !== 'string' || typeof right !== 'string') return undefined
  return left === '' || right === '' ? undefined : [left, right]
}
