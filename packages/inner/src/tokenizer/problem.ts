import { CheckpointError, shown } from '@tintjs/tensor'
import type * as z from 'zod'

/**
 * Checks what a file says.
 *
 * @throws CheckpointError naming the file, the field, what was found there and what was expected
 */
export function parseFile<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  file: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const path = issue?.path ?? []
  const found = valueAt(value, path)
  const field = path.length === 0 ? 'the content' : `the field ${inWords(path)}`
  throw new CheckpointError(
    `In ${file}, ${field} is not supported: found ${found === undefined ? 'nothing' : shown(found)}; ${issue?.message ?? 'expected another value'}. ` +
      'Expected a byte-pair tokenizer as GPT-2, OPT, BLOOM, GPT-NeoX, GPT-J or LLaMA have.',
  )
}

/** Names in a file are as long as its author likes. */
function inWords(path: readonly PropertyKey[]): string {
  const name = path.map(String).join('.')
  return name.length <= 200 ? name : `${name.slice(0, 200)}...`
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, key) : undefined),
    value,
  )
}
