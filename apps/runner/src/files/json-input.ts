import { readFile } from 'node:fs/promises'
import { InputError } from '@tintjs/tensor'
import * as z from 'zod'

const numbers = z.array(z.number())

/** `[N]` or `[batch][N]` */
const perPosition = z.union([numbers, z.array(numbers)])

/** What a JSON file may hold: how it is checked, and how messages describe it. */
interface JsonInput<Content> {
  readonly schema: z.ZodType<Content>
  readonly expected: string
}

/** `--input-ids` */
export const tokenIds: JsonInput<number[] | number[][]> = {
  schema: perPosition,
  expected: 'token ids as [1, 2, ...] or, one list a sequence, [[1, 2, ...], ...]',
}

/** `--train-mask`, `--test-mask`, `--position-ids` */
export const numbersPerToken: JsonInput<number[] | number[][]> = {
  schema: perPosition,
  expected: 'a number for each token as [0, 1, ...] or, one list a sequence, [[0, 1, ...], ...]',
}

/** `--attention-mask` */
export const attentionMatrix: JsonInput<number[][] | number[][][]> = {
  schema: z.union([z.array(numbers), z.array(z.array(numbers))]),
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
  { schema, expected }: JsonInput<Content>,
): Promise<Content> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`
    throw new InputError(`The file ${path} of ${option} ${problem}; expected JSON: ${expected}.`)
  })
  const parsed = schema.safeParse(parseJson(option, path, text, expected))
  if (parsed.success) return parsed.data
  throw new InputError(`The file ${path} of ${option} holds something else than expected: ${expected}.`)
}

function parseJson(option: string, path: string, text: string, expected: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InputError(
      `The file ${path} of ${option} is not valid JSON (${(error as Error).message}); expected ${expected}.`,
    )
  }
}
