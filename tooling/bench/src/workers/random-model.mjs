import { adapters } from '@tintjs/families'
import { adapterFor, initialiseInnerModel } from '@tintjs/inner'

/** A model of random weights. @param {object} config as config.json has it */
export function randomModel(config) {
  return initialiseInnerModel(adapterFor(config, adapters), config)
}

/** Ids that are spread over the vocabulary, the same each time. */
export function spreadIds(vocabularySize, length) {
  return Array.from({ length }, (_, index) => (index * 7919) % vocabularySize)
}
