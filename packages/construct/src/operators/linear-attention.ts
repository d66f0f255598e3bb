import * as tf from '@tensorflow/tfjs-core'
import {
  mergeHeads,
  multiplyBy,
  multiplyByTransposed,
  splitHeads,
  sumOfOuterProducts,
  TintError,
} from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'
import { type PrefixState, type TintState, type TokenSlots, tokenSlots } from '../state/state'
import type { Matrices, MatrixSettings, OperatorArithmetic } from './arithmetic'
import { crossHeadMatrix, crossHeadShape, type HeadTerm } from './cross-head-linear'
import { crossHeadProduct, matrixNamed, positionImage, positionRows } from './dense-products'
import { type Coefficient, coefficientValue, type Execution, requireFilled } from './execution'
import type { StateChange } from './gate'

/**
 * What the heads of a group get as queries, keys or values. The group `rows` has heads `(s, i)`, `S` in each of the
 * first `S` slots; the group `bias` has heads `(S, i)`, those of the last slot.
 * - `signal`: head `(s, i)` gets head `i` of a slot, times a coefficient;
 * - `parts`: head `(s, i)` gets head `s` of a slot, that is, the `s`-th of its `S` parts of `K` numbers;
 * - `own`: each head gets itself;
 * - `prefixIndex`: the one-hot `e_j` at prefix `j` and zero at tokens, an image of the position one-hots;
 * - `first`: the constant `e_0`.
 */
export type HeadsImage =
  | { readonly image: 'signal'; readonly slot: number; readonly coefficient?: Coefficient }
  | { readonly image: 'parts'; readonly slot: number }
  | { readonly image: 'own' | 'prefixIndex' | 'first' }

/**
 * Where the heads' results go.
 * - `signal`: head `i` of a slot gets the sum over `s` of heads `(s, i)`;
 * - `parts`: head `s` of a slot gets the sum over `i` of heads `(s, i)`;
 * - `own`: each head keeps its own; `diagonal` lets only coordinate `s K + j` of prefix `j`'s slot `s` pass, a product
 *   with an image of the position one-hots.
 */
export type HeadsOutput =
  | { readonly output: 'signal' | 'parts'; readonly slot: number }
  | { readonly output: 'own'; readonly diagonal?: boolean }

/** Queries, keys, values and output of one group of heads. */
export interface HeadsGroup {
  readonly query: HeadsImage
  readonly key: HeadsImage
  readonly value: HeadsImage
  readonly output: HeadsOutput
}

/**
 * Linear attention with heads of width `K`: `sum over sources u of (q_t . k_u) v_u`. Tokens read prefixes, or prefixes
 * read tokens, by a mask (paper, section 2.2).
 */
export interface LinearAttention {
  readonly kind: 'linearAttention'
  readonly readers: 'tokens' | 'prefixes'
  readonly rows?: HeadsGroup
  readonly bias?: HeadsGroup
}

type Role = 'query' | 'key' | 'value'
const roles: readonly Role[] = ['query', 'key', 'value']

const imagesOf = ({ rows, bias }: LinearAttention, role: Role) =>
  [rows?.[role], bias?.[role]].filter((image) => image !== undefined)

const masksDiagonal = ({ rows }: LinearAttention) =>
  rows?.output.output === 'own' && rows.output.diagonal === true

export const linearAttention: OperatorArithmetic<LinearAttention> = {
  /** Each image is a cross-head linear of the state, with a bias where it has constants, and an image of positions where it has one-hots. */
  parameters(operator, dimensions) {
    const shapes: Record<string, readonly number[]> = {}
    for (const role of roles) {
      shapes[`${role}.heads`] = crossHeadShape(dimensions)
      const kinds = imagesOf(operator, role).map(({ image }) => image)
      if (kinds.includes('first')) shapes[`${role}.bias`] = [dimensions.hiddenSize]
      if (kinds.includes('prefixIndex')) {
        shapes[`${role}.positions`] = [dimensions.positions, dimensions.prefixTokens]
        shapes[`${role}.positionScales`] = [dimensions.linearHeads]
      }
    }
    shapes['output.heads'] = crossHeadShape(dimensions)
    if (masksDiagonal(operator)) shapes['output.positions'] = [dimensions.positions, dimensions.hiddenSize]
    return shapes
  },

  apply(operator, state, execution) {
    const results = [
      operator.rows === undefined ? {} : attendRows(operator.rows, state, execution),
      operator.bias === undefined ? {} : attendBias(operator.bias, state, execution),
    ]
    return results.reduce((first, second) => mergeChanges(first, second, execution.dimensions.slots), {})
  },

  materialise(operator, settings) {
    const { dimensions } = settings
    const matrices: Record<string, tf.Tensor> = {}
    for (const name of Object.keys(linearAttention.parameters(operator, dimensions))) {
      const [role, part] = name.split('.') as [Role | 'output', string]
      matrices[name] =
        role === 'output'
          ? outputMatrix(operator, part, dimensions)
          : imageMatrix(operator, role, part, settings)
    }
    return matrices
  },

  applyDense(operator, state, matrices, { dimensions, tokens }) {
    const { prefixTokens, linearHeads } = dimensions
    const rows = positionRows(dimensions, tokens)
    const image = (role: Role) => splitHeads(denseImage(role, state, matrices, rows), linearHeads)
    const scores = tf.matMul(image('query'), image('key'), false, true)
    const open = readingMask(operator.readers, prefixTokens, tokens)
    const read = tf.matMul(tf.mul(scores, open), image('value')) as tf.Tensor4D
    const output = crossHeadProduct(mergeHeads(read), matrixNamed(matrices, 'output.heads') as tf.Tensor3D)
    const mask = matrices['output.positions']
    return mask === undefined ? output : tf.mul(output, tf.expandDims(tf.gather(mask, rows), 0))
  },
}

/** Which of the few patterns a group is, as one word a role. */
function pattern({ query, key, value, output }: HeadsGroup): string {
  return [query.image, key.image, value.image, output.output].join(' ')
}

/**
 * The heads of the rows. A sum of dot products over heads is the dot product over all of their coordinates, and one-hots
 * select, so that each pattern is one matrix product with the slots in their order: the matrix itself.
 */
function attendRows(group: HeadsGroup, state: TintState, execution: Execution): StateChange {
  const { query, key, value, output } = group
  switch (pattern(group)) {
    case 'signal own prefixIndex parts': {
      const product = multiplyByTransposed(signal(query, state, execution), requireRows(state))
      return inSlot(output, product, execution.dimensions)
    }
    case 'parts prefixIndex own signal': {
      const product = multiplyBy(signal(query, state, execution), requireRows(state))
      return inSlot(output, product, execution.dimensions)
    }
    case 'prefixIndex parts signal own': {
      const [keys, values] = [signal(key, state, execution), signal(value, state, execution)]
      const diagonal = output.output === 'own' && output.diagonal === true
      return {
        prefixes: { rows: diagonal ? diagonalProduct(keys, values) : sumOfOuterProducts(keys, values) },
      }
    }
    default:
      throw unknownPattern(group)
  }
}

/** The heads of the bias: prefix 0 alone answers, or reads. */
function attendBias(group: HeadsGroup, state: TintState, execution: Execution): StateChange {
  const { dimensions, tokens } = execution
  switch (pattern(group)) {
    case 'first prefixIndex own signal': {
      const { bias } = state.prefixes
      if (bias === undefined) return {}
      return inSlot(group.output, tf.tile(bias, [1, tokens, 1]), dimensions)
    }
    case 'prefixIndex first signal own':
      return { prefixes: { bias: tf.sum(signal(group.value, state, execution), 1, true) as tf.Tensor3D } }
    default:
      throw unknownPattern(group)
  }
}

function unknownPattern(group: HeadsGroup): TintError {
  return new TintError(`No execution is known for linear attention of the form "${pattern(group)}".`)
}

function signal(image: HeadsImage, { tokens }: TintState, execution: Execution): tf.Tensor3D {
  if (image.image !== 'signal' && image.image !== 'parts')
    throw new TintError(`${image.image} is no slot of tokens.`)
  const value = requireFilled(tokens[image.slot], `token slot ${image.slot}`)
  const factor = image.image === 'signal' ? coefficientValue(image.coefficient ?? 1, execution) : 1
  return factor === 1 ? value : tf.mul(value, factor)
}

function requireRows({ prefixes }: TintState) {
  return requireFilled(prefixes.rows, "the prefixes' rows")
}

function inSlot(output: HeadsOutput, value: tf.Tensor3D, { slots }: TintDimensions): StateChange {
  if (output.output === 'own')
    throw new TintError('Tokens that read prefixes have no slots of their own to write to.')
  return { tokens: tokenSlots(slots, new Map([[output.slot, value]])) }
}

/** `diag(sum_t key_t value_t)`, `[batch, D, D]`. */
function diagonalProduct(keys: tf.Tensor3D, values: tf.Tensor3D): tf.Tensor3D {
  const along = tf.sum(tf.mul(keys, values), 1, true)
  return tf.mul(tf.eye(keys.shape[2]), along)
}

function mergeChanges(first: StateChange, second: StateChange, slots: number): StateChange {
  const tokens: TokenSlots = Array.from({ length: slots }, (_, slot) => {
    const values = [first.tokens?.[slot], second.tokens?.[slot]].filter((value) => value !== undefined)
    return values.length === 2
      ? (tf.add(...(values as [tf.Tensor3D, tf.Tensor3D])) as tf.Tensor3D)
      : values[0]
  })
  const prefixes: PrefixState = { ...first.prefixes, ...second.prefixes }
  return { tokens, prefixes }
}

/** The heads `[s, i]` of a group, with their indices. */
function headsOf(group: 'rows' | 'bias', { rowsPerPrefix }: TintDimensions) {
  const slots = group === 'rows' ? Array.from({ length: rowsPerPrefix }, (_, s) => s) : [rowsPerPrefix]
  return slots.flatMap((s) =>
    Array.from({ length: rowsPerPrefix }, (_, i) => ({ s, i, head: s * rowsPerPrefix + i })),
  )
}

const groups = ['rows', 'bias'] as const

function imageMatrix(
  operator: LinearAttention,
  role: Role,
  part: string,
  settings: MatrixSettings,
): tf.Tensor {
  const { dimensions } = settings
  const { prefixTokens, rowsPerPrefix, maxLength, linearHeads, hiddenSize } = dimensions
  const heads = groups.flatMap((name) => {
    const image = operator[name]?.[role]
    return image === undefined ? [] : headsOf(name, dimensions).map((head) => ({ ...head, image }))
  })
  switch (part) {
    case 'heads': {
      const terms = heads.flatMap(({ s, i, head, image }): HeadTerm[] => {
        if (image.image === 'own') return [{ into: head, from: head, factor: 1 }]
        if (image.image === 'parts') return [{ into: head, from: image.slot * rowsPerPrefix + s, factor: 1 }]
        if (image.image !== 'signal') return []
        const factor = coefficientValue(image.coefficient ?? 1, settings)
        return [{ into: head, from: image.slot * rowsPerPrefix + i, factor }]
      })
      return crossHeadMatrix(linearHeads, prefixTokens, terms)
    }
    case 'bias': {
      const bias = new Float32Array(hiddenSize)
      for (const { head, image } of heads) if (image.image === 'first') bias[head * prefixTokens] = 1
      return tf.tensor1d(bias)
    }
    case 'positions':
      return tf.tidy(() => tf.concat([tf.zeros([maxLength, prefixTokens]), tf.eye(prefixTokens)], 0))
    default: {
      const scales = new Float32Array(linearHeads)
      for (const { head, image } of heads) if (image.image === 'prefixIndex') scales[head] = 1
      return tf.tensor1d(scales)
    }
  }
}

function outputMatrix(operator: LinearAttention, part: string, dimensions: TintDimensions): tf.Tensor {
  const { linearHeads, prefixTokens, rowsPerPrefix } = dimensions
  if (part === 'positions') return diagonalMask(operator, dimensions)
  const terms = groups.flatMap((name): HeadTerm[] => {
    const output = operator[name]?.output
    if (output === undefined) return []
    return headsOf(name, dimensions).map(({ s, i, head }) => {
      if (output.output === 'own') return { into: head, from: head, factor: 1 }
      return {
        into: output.slot * rowsPerPrefix + (output.output === 'signal' ? i : s),
        from: head,
        factor: 1,
      }
    })
  })
  return crossHeadMatrix(linearHeads, prefixTokens, terms)
}

/** 1 at coordinate `s K + j` of prefix `j`'s slot `s`, and everywhere in the slot of the bias. */
function diagonalMask(
  operator: LinearAttention,
  { positions, hiddenSize, maxLength, prefixTokens, rowsPerPrefix, width }: TintDimensions,
): tf.Tensor2D {
  const mask = new Float32Array(positions * hiddenSize)
  for (let j = 0; j < prefixTokens; j++) {
    const row = (maxLength + j) * hiddenSize
    for (let s = 0; s < rowsPerPrefix; s++) mask[row + s * width + s * prefixTokens + j] = 1
    if (operator.bias !== undefined) mask.fill(1, row + rowsPerPrefix * width, row + hiddenSize)
  }
  return tf.tensor2d(mask, [positions, hiddenSize])
}

function denseImage(role: Role, state: tf.Tensor3D, matrices: Matrices, rows: tf.Tensor1D): tf.Tensor3D {
  let image = crossHeadProduct(state, matrixNamed(matrices, `${role}.heads`) as tf.Tensor3D)
  const bias = matrices[`${role}.bias`]
  if (bias !== undefined) image = tf.add(image, bias)
  const positions = matrices[`${role}.positions`]
  if (positions === undefined) return image
  const scales = matrixNamed(matrices, `${role}.positionScales`) as tf.Tensor1D
  return tf.add(image, positionImage(positions as tf.Tensor2D, scales, rows))
}

/** 1 where a reader may look, `[K + N, K + N]`: from one side to the other. */
function readingMask(readers: LinearAttention['readers'], prefixes: number, tokens: number): tf.Tensor2D {
  const isPrefix = tf.concat([tf.ones([prefixes]), tf.zeros([tokens])]) as tf.Tensor1D
  const isToken = tf.sub(1, isPrefix) as tf.Tensor1D
  return readers === 'tokens' ? tf.outerProduct(isToken, isPrefix) : tf.outerProduct(isPrefix, isToken)
}
