import { adapterFor, initialiseInnerModel } from '@tintjs/inner'
import { bloom } from '@tintjs/inner-bloom'
import { gptNeoX } from '@tintjs/inner-gpt-neox'
import { gpt2 } from '@tintjs/inner-gpt2'
import { gptj } from '@tintjs/inner-gptj'
import { llamaFamily } from '@tintjs/inner-llama'
import { opt } from '@tintjs/inner-opt'

/** The families that are measured, or have golden cases. */
export const adapters = [gpt2, opt, ...llamaFamily, bloom, gptNeoX, gptj]

/** A model of random weights. @param {object} config as config.json has it */
export function randomModel(config) {
  return initialiseInnerModel(adapterFor(config, adapters), config)
}

/** Ids that are spread over the vocabulary, the same each time. */
export function spreadIds(vocabularySize, length) {
  return Array.from({ length }, (_, index) => (index * 7919) % vocabularySize)
}
