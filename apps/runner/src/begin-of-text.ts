import type { Tokenizer } from '@tintjs/inner'
import { CheckpointError } from '@tintjs/tensor'

/**
 * The id that `--bos` puts in front of a context.
 *
 * @param model what messages call it
 * @throws CheckpointError for a tokenizer that has none
 */
export function beginOfTextId({ beginOfText }: Tokenizer, model: string): number {
  if (beginOfText !== undefined) return beginOfText
  throw new CheckpointError(
    `The tokenizer of ${model} names no token that begins a text; expected one for --bos. Leave that out.`,
  )
}
