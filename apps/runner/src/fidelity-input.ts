import { withoutSpecialTokens } from '@tintjs/evaluate'
import { readTextFile } from '@tintjs/evaluate/node'
import { checkVocabulary, type InnerModelDescription, loadTokenizer } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import { UsageError } from './failures'
import { readJsonInput, tokenIds } from './files/json-input'
import { modelSource } from './models'

/** Where a command's tokens come from: one of both. */
export interface TokenOptions {
  readonly inputIds?: string
  readonly text?: string
}

/** Tokens with the file that they came from. */
export interface TokensOfFile {
  readonly file: string
  /** `[N]` or `[batch][N]` */
  readonly tokens: readonly number[] | readonly (readonly number[])[]
}

/** @throws UsageError unless one of `--input-ids` and `--text` is given */
export function checkTokenOptions({ inputIds, text }: TokenOptions): void {
  if ((inputIds === undefined) === (text === undefined)) {
    const found =
      inputIds === undefined ? 'Neither --input-ids nor --text is' : 'Both --input-ids and --text are'
    throw new UsageError(`${found} given; give one of them.`)
  }
}

/**
 * Reads token ids, or a text that the model's tokenizer turns into one context; what looks like a special token in it
 * is read as the letters that it is.
 *
 * @throws InputError for a file that is not as expected, and a text longer than the model's positions
 */
export async function readTokens(
  { inputIds, text }: TokenOptions,
  model: string,
  description: InnerModelDescription,
): Promise<TokensOfFile> {
  if (inputIds !== undefined) {
    return { file: inputIds, tokens: await readJsonInput('--input-ids', inputIds, tokenIds) }
  }
  const file = text ?? ''
  const content = await readTextFile(file)
  const tokenizer = await loadTokenizer(withoutSpecialTokens(await modelSource(model)))
  checkVocabulary(tokenizer, description)
  const tokens = Array.from(tokenizer.encode(content.text))
  const { maximumPositions } = description
  if (tokens.length > maximumPositions) {
    throw new InputError(
      `The text ${file} has ${tokens.length} tokens, more than the model's ${maximumPositions} positions; expected at most one context. Shorten it.`,
    )
  }
  return { file, tokens }
}
