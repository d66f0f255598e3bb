import { generateTokens, type InnerModel, type ParameterValues, type Tokenizer } from '@tintjs/inner'
import { interruption } from './interruption'

/** How to choose tokens, as the command line has it. */
export interface SamplingChoice {
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topK?: number
  readonly topP?: number
  readonly seed: number
}

/** A prompt's continuation. */
export interface Continuation {
  readonly text: string
  readonly tokens: readonly number[]
  readonly stopped: 'length' | 'endOfText' | 'contextFull'
}

/** What a character looks like of which only some bytes have come. */
const incomplete = '\ufffd'

/**
 * Continues a prompt.
 *
 * @param source the model, and the weights it runs with where they are not its own
 * @param onText called with each new piece of text; a character comes when all its bytes have
 */
export async function continuePrompt(
  source: { readonly model: InnerModel; readonly parameters?: ParameterValues },
  tokenizer: Tokenizer,
  prompt: Int32Array,
  sampling: SamplingChoice,
  onText?: (text: string) => void,
): Promise<Continuation> {
  const written: number[] = []
  let shown = 0
  const show = (text: string) => {
    if (text.length > shown) onText?.(text.slice(shown))
    shown = Math.max(shown, text.length)
  }
  const { tokens, stopped } = await generateTokens(source.model, prompt, {
    parameters: source.parameters,
    endOfText: tokenizer.endOfText,
    maxNewTokens: sampling.maxNewTokens,
    temperature: sampling.temperature,
    topK: sampling.topK,
    topP: sampling.topP,
    seed: sampling.seed,
    signal: interruption.signal,
    onToken: (token) => {
      written.push(token)
      const text = tokenizer.decode(written)
      if (!text.endsWith(incomplete)) show(text)
    },
  })
  const text = tokenizer.decode(tokens)
  show(text)
  return { text, tokens, stopped }
}
