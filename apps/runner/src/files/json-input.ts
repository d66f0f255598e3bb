import { readFile } from 'node:fs/promises'
import { InputError, parseUntrustedJson } from '@tintjs/tensor'
import * as z from 'zod'
import { firstDeviation, type NestedNumbers } from './nested-numbers'

const numbers = z.array(z.number())

/** `[N]` or `[batch][N]` */
const perPosition = z.union([numbers, z.array(numbers)])

/** What a JSON file may hold: how it is checked, and how messages describe it. */
interface JsonInput<Content> extends NestedNumbers {
  readonly schema: z.ZodType<Content>
  readonly expected: string
}

/** `--input-ids` */
export const tokenIds: JsonInput<number[] | number[][]> = {
  schema: perPosition,
  depths: [1, 2],
  number: 'a whole number',
  expected: 'token ids as [1, 2, ...] or, one list a sequence, [[1, 2, ...], ...]',
}

/** `--train-mask`, `--test-mask` */
export const tokenMask: JsonInput<number[] | number[][]> = {
  schema: perPosition,
  depths: [1, 2],
  number: 'the number 0 or 1',
  expected: '0 or 1 for each token as [0, 1, ...] or, one list a sequence, [[0, 1, ...], ...]',
}

/** `--position-ids` */
export const positionNumbers: JsonInput<number[] | number[][]> = {
  schema: perPosition,
  depths: [1, 2],
  number: 'a whole number',
  expected: 'a position for each token as [0, 1, ...] or, one list a sequence, [[0, 1, ...], ...]',
}

/** `--attention-mask` */
export const attentionMatrix: JsonInput<number[][] | number[][][]> = {
  schema: z.union([z.array(numbers), z.array(z.array(numbers))]),
  depths: [2, 3],
  number: 'the number 0 or 1',
  expected: 'rows of 0 and 1, [N][N] or, one matrix a sequence, [batch][N][N]',
}

/**
 * Reads a JSON file that an option names.
 *
 * @throws InputError saying what is wrong with the file: missing, not JSON, or of another form
 */
export async function readJsonInput<Content>(
  option: string,
  path: string,
  { schema, expected, ...nested }: JsonInput<Content>,
): Promise<Content> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`
    throw new InputError(`The file ${path} of ${option} ${problem}; expected JSON: ${expected}.`)
  })
  const content = parseJson(option, path, text, expected)
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const deviation = firstDeviation(content, nested) ?? 'its content is of another form'
  throw new InputError(`In the file ${path} of ${option}, ${deviation}. It should hold ${expected}.`)
}

function parseJson(option: string, path: string, text: string, expected: string): unknown {
  // Some editors mark UTF-8 by a byte order mark, which is no part of the JSON.
  const parsed = parseUntrustedJson(text.replace(/^\uFEFF/, ''))
  if ('value' in parsed) return parsed.value
  throw new InputError(`The file ${path} of ${option} ${parsed.problem}; expected ${expected}.`)
}
