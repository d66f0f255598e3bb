import { CheckpointError, shown } from '@tintjs/tensor'
import { decodersOf, postProcessorsOf, preTokenizersOf, type TokenizerStructure } from './structure'

/**
 * Checks that the parts of a tokenizer fit each other, as Python's does when it reads one.
 *
 * @throws CheckpointError naming the file and the field that does not fit
 */
export function checkConsistency(structure: TokenizerStructure, file: string): void {
  const ids = new Map(Object.entries(structure.model.vocab))
  checkMerges(structure, ids, file)
  checkAddedTokens(structure, ids, file)
  checkOrder(structure, file)
  for (const { content, id } of structure.added_tokens) ids.set(content, id)
  checkSpecialTokens(structure, ids, file)
}

function refuse(file: string, field: string, problem: string): never {
  throw new CheckpointError(`In ${file}, the field ${field} does not fit: ${problem} Fetch the file again.`)
}

function checkMerges({ model }: TokenizerStructure, ids: ReadonlyMap<string, number>, file: string): void {
  for (const [index, [left, right]] of model.merges.entries()) {
    const missing = [left, right, left + right].find((token) => !ids.has(token))
    if (missing === undefined) continue
    refuse(
      file,
      `merges.${index}`,
      `it merges ${shown(left)} with ${shown(right)}, but ${shown(missing)} is not in the vocabulary.`,
    )
  }
}

function checkAddedTokens(
  { added_tokens: added }: TokenizerStructure,
  ids: ReadonlyMap<string, number>,
  file: string,
): void {
  // Ids count on from the vocabulary, as Python gives them: a list with a few tokens cannot ask for a huge table.
  let limit = added.length + 1
  for (const id of ids.values()) limit = Math.max(limit, id + 1 + added.length)
  for (const [index, { content, id }] of added.entries()) {
    const known = ids.get(content)
    if (known !== undefined && known !== id) {
      refuse(
        file,
        `added_tokens.${index}`,
        `${shown(content)} has the id ${id} there and ${known} in the vocabulary.`,
      )
    }
    if (known === undefined && id >= limit) {
      refuse(file, `added_tokens.${index}`, `the id ${id} leaves a gap; expected one below ${limit}.`)
    }
  }
}

function checkOrder(structure: TokenizerStructure, file: string): void {
  for (const [index, part] of preTokenizersOf(structure).entries()) {
    if (part.type === 'ByteLevel' && part.add_prefix_space && index > 0) {
      refuse(file, 'pre_tokenizer', 'add_prefix_space is set on a part that is not the first one.')
    }
    if (part.type === 'Split' && part.invert !== (part.behavior === 'Removed')) {
      refuse(
        file,
        'pre_tokenizer',
        `a Split is ${part.behavior} with invert: ${part.invert}, which is not supported.`,
      )
    }
  }
  if (decodersOf(structure).some(({ type }, index) => type === 'ByteLevel' && index > 0)) {
    refuse(file, 'decoder', 'ByteLevel is supported as the first part only.')
  }
}

function checkSpecialTokens(
  structure: TokenizerStructure,
  ids: ReadonlyMap<string, number>,
  file: string,
): void {
  const known = new Set(ids.values())
  const { before, after } = specialTokensAround(structure)
  for (const id of [...before, ...after]) {
    if (!known.has(id)) refuse(file, 'post_processor', `it adds the id ${id}, which no token has.`)
  }
  const { unk_token: unknown } = structure.model
  if (unknown !== null && !ids.has(unknown)) {
    refuse(file, 'model.unk_token', `${shown(unknown)} is not in the vocabulary.`)
  }
}

/** The ids that a tokenizer puts before and after a text when special tokens are asked for. */
export function specialTokensAround(structure: TokenizerStructure): {
  readonly before: readonly number[]
  readonly after: readonly number[]
} {
  let before: number[] = []
  let after: number[] = []
  for (const part of postProcessorsOf(structure)) {
    if (part.type === 'RobertaProcessing' || part.type === 'BertProcessing') {
      before = [part.cls[1], ...before]
      after = [...after, part.sep[1]]
    } else if (part.type === 'TemplateProcessing') {
      const cut = part.single.findIndex((piece) => 'Sequence' in piece)
      const idsOf = (pieces: typeof part.single) =>
        pieces.flatMap((piece) =>
          'SpecialToken' in piece ? (part.special_tokens[piece.SpecialToken.id]?.ids ?? []) : [],
        )
      before = [...idsOf(part.single.slice(0, Math.max(cut, 0))), ...before]
      after = [...after, ...idsOf(part.single.slice(Math.max(cut, 0)))]
    }
  }
  return { before, after }
}
