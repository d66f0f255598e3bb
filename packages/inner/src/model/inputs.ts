import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '@tintjs/tensor'
import { attentionLayersOf } from '../layers/layer'
import type { InnerModelDescription } from './description'

/** Token ids of one sequence or of a batch of equally long ones. */
export type TokenInput = ArrayLike<number> | readonly ArrayLike<number>[]

/** Numbers for each sequence, or for all of them at once. */
export type PerPosition = ArrayLike<number> | readonly ArrayLike<number>[]

/** `[N, N]` for all sequences, or `[batch, N, N]`; row `i` may look at column `j` where it is 1. */
export type AttentionMask = readonly ArrayLike<number>[] | readonly (readonly ArrayLike<number>[])[]

/** Checked inputs of a forward pass. */
export interface ModelInputs {
  /** `[batch][N]` */
  readonly tokens: readonly Int32Array[]
  readonly batch: number
  /** Tokens in each sequence, `N`. */
  readonly length: number
  /** `[batch][N]` or one row for all */
  readonly positionIds: readonly Int32Array[]
  /** `[batch or 1][N * N]`, combined with the causal mask; undefined where it is causal alone */
  readonly allowed: readonly Uint8Array[] | undefined
}

/** What can be given beside the tokens. */
export interface MaskOptions {
  readonly attentionMask?: AttentionMask | undefined
  readonly positionIds?: PerPosition | undefined
}

/**
 * Checks what is given to a model.
 *
 * @param fewest how many tokens a sequence needs at least; 2, so that one can be predicted
 * @throws InputError naming the first thing that is wrong
 */
export function checkInputs(
  description: InnerModelDescription,
  tokenInput: TokenInput,
  { attentionMask, positionIds }: MaskOptions = {},
  fewest = 2,
): ModelInputs {
  const tokens = checkTokens(description, tokenInput, fewest)
  const batch = tokens.length
  const length = tokens[0]?.length ?? 0
  const allowed = attentionMask === undefined ? undefined : checkAttentionMask(attentionMask, batch, length)
  if (allowed !== undefined) checkWindow(description, allowed, length)
  return {
    tokens,
    batch,
    length,
    positionIds: checkPositions(description, positionIds, batch, length),
    allowed,
  }
}

/** A row that may look at nothing within a layer's window would look at everything evenly. */
function checkWindow({ blocks }: InnerModelDescription, masks: readonly Uint8Array[], length: number): void {
  const windows = blocks.flatMap(attentionLayersOf).flatMap(({ window }) => window ?? [])
  if (windows.length === 0) return
  const window = Math.min(...windows)
  masks.forEach((mask, sequence) => {
    for (let row = 0; row < length; row++) {
      const seen = mask.subarray(row * length + Math.max(0, row - window + 1), row * length + row + 1)
      if (seen.includes(1)) continue
      throw new InputError(
        `Row ${row} of attentionMask (sequence ${sequence}) forbids the last ${window} tokens up to itself, which are all that the model's window lets it see; expected at least one 1 among them, such as its own.`,
      )
    }
  })
}

/**
 * Checks token ids.
 *
 * @param fewest how many tokens a sequence needs at least; 2, so that one can be predicted
 * @throws InputError naming the first thing that is wrong
 */
export function checkTokens(
  { vocabularySize }: InnerModelDescription,
  input: TokenInput,
  fewest = 2,
): Int32Array[] {
  const sequences = isNested(input) ? [...input] : [input as ArrayLike<number>]
  const length = sequences[0]?.length ?? 0
  if (length < fewest) {
    const reason = fewest === 2 ? ', so that one can be predicted' : ''
    throw new InputError(`The input has ${length} tokens; expected at least ${fewest}${reason}.`)
  }
  return sequences.map((sequence, row) => {
    if (sequence.length !== length) {
      throw new InputError(
        `Sequence ${row} has ${sequence.length} tokens and sequence 0 has ${length}; expected equal lengths in a batch.`,
      )
    }
    return Int32Array.from(sequence, (id, position) => {
      if (!Number.isInteger(id) || id < 0 || id >= vocabularySize) {
        throw new InputError(
          `Input id ${id} at position ${position} of sequence ${row} is outside the vocabulary; expected whole numbers from 0 to ${vocabularySize - 1}.`,
        )
      }
      return id
    })
  })
}

/** How many sequences there are, unchecked. */
export function countSequences(input: TokenInput): number {
  return isNested(input) ? input.length : 1
}

function checkPositions(
  { maximumPositions }: InnerModelDescription,
  given: PerPosition | undefined,
  batch: number,
  length: number,
): Int32Array[] {
  if (given === undefined) {
    if (length > maximumPositions) {
      throw new InputError(
        `The input has ${length} tokens, more than the model's ${maximumPositions} positions; shorten it.`,
      )
    }
    return [Int32Array.from({ length }, (_, position) => position)]
  }
  return checkRows('positionIds', given, batch, length).map((row) =>
    Int32Array.from(row, (id, position) => {
      if (!Number.isInteger(id) || id < 0 || id >= maximumPositions) {
        throw new InputError(
          `positionIds has ${id} at position ${position}; expected whole numbers from 0 to ${maximumPositions - 1}.`,
        )
      }
      return id
    }),
  )
}

/**
 * Checks numbers that are given for each position, once for all sequences or for each.
 *
 * @param name what messages call them
 * @returns one row, or one for each sequence
 */
function checkRows(name: string, given: PerPosition, batch: number, length: number): ArrayLike<number>[] {
  const rows = isNested(given) ? [...given] : [given as ArrayLike<number>]
  const wrong = rows.find((row) => row.length !== length)
  if (wrong !== undefined || (rows.length !== batch && rows.length !== 1)) {
    throw new InputError(
      `${name} has shape [${rows.length}, ${wrong?.length ?? length}]; expected [${length}] or [${batch}, ${length}], a number for each token.`,
    )
  }
  return rows
}

/**
 * Checks numbers that say yes or no for each token.
 *
 * @returns one row, or one for each sequence, of 0 and 1
 */
export function checkTokenMask(
  name: string,
  given: PerPosition,
  batch: number,
  length: number,
): Uint8Array[] {
  return checkRows(name, given, batch, length).map((row) => zerosAndOnes(name, row))
}

function zerosAndOnes(name: string, row: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(row, (value) => {
    if (value !== 0 && value !== 1) throw new InputError(`${name} has the value ${value}; expected 0 or 1.`)
    return value
  })
}

function checkAttentionMask(given: AttentionMask, batch: number, length: number): Uint8Array[] {
  const first = given[0]
  const perSequence = first !== undefined && isNested(first as PerPosition)
  const masks = (perSequence ? given : [given]) as readonly (readonly ArrayLike<number>[])[]
  const wrongRow = masks.flat().find((row) => row.length !== length)
  const wrongMask = masks.find((rows) => rows.length !== length)
  if ((masks.length !== batch && masks.length !== 1) || wrongMask !== undefined || wrongRow !== undefined) {
    const found = [masks.length, wrongMask?.length ?? length, wrongRow?.length ?? length].join(', ')
    throw new InputError(
      `attentionMask has shape [${found}]; expected [${length}, ${length}] or [${batch}, ${length}, ${length}].`,
    )
  }
  return masks.map((rows, sequence) => combineWithCausal(rows, sequence, length))
}

function combineWithCausal(rows: readonly ArrayLike<number>[], sequence: number, length: number): Uint8Array {
  const allowed = new Uint8Array(length * length)
  rows.forEach((row, i) => {
    const causal = zerosAndOnes('attentionMask', row).subarray(0, i + 1)
    if (!causal.includes(1)) {
      throw new InputError(
        `Row ${i} of attentionMask (sequence ${sequence}) forbids every token up to itself; expected at least one 1, such as its own.`,
      )
    }
    allowed.set(causal, i * length)
  })
  return allowed
}

/** Whether a list holds lists (arrays or typed arrays) and not numbers. */
function isNested(given: PerPosition): given is readonly ArrayLike<number>[] {
  return Array.isArray(given) && typeof given[0] === 'object'
}

/** Rows of whole numbers as a tensor `[rows, N]`, int32, owned by the caller. */
export function integerTensor(rows: readonly Int32Array[]): tf.Tensor2D {
  const length = rows[0]?.length ?? 0
  const values = new Int32Array(rows.length * length)
  rows.forEach((row, index) => {
    values.set(row, index * length)
  })
  return tf.tensor2d(values, [rows.length, length], 'int32')
}
