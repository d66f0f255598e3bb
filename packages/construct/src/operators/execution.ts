import type { AttentionContext, InnerModel, PredictionRows } from '@tintjs/inner'
import { TintError } from '@tintjs/tensor'
import type { TintDimensions } from '../plan/dimensions'

/** What operators need beside the state while a step runs. */
export interface Execution {
  readonly dimensions: TintDimensions
  /** Descent's rate; a scale of the value images of its attention. */
  readonly learningRate: number
  /** Which token may look at which, and where tokens stand; of all tokens of the input. */
  readonly attention: AttentionContext
  /** `[1 or batch][N]`: beside absolute positions, tokens have one-hots of these. */
  readonly positionIds: readonly Int32Array[]
  /** How many tokens the state has, `N`; in a backward pass, those that a gradient can reach. */
  readonly tokens: number
  /** Which tokens are training targets, and from which rows of the `[batch * N]` tokens they are predicted. */
  readonly train: PredictionRows
  /** The inner model's own head, which the loss module uses; everything else is in the prefixes. */
  readonly model: InnerModel
}

/** A number of the construction, or a multiple of the learning rate that a step runs with. */
export type Coefficient = number | { readonly learningRates: number }

/** The value of a coefficient in a step. */
export function coefficientValue(
  coefficient: Coefficient,
  { learningRate }: Pick<Execution, 'learningRate'>,
) {
  return typeof coefficient === 'number' ? coefficient : coefficient.learningRates * learningRate
}

/** A slot that an operator reads must hold something. @throws TintError, as only a faulty module does that */
export function requireFilled<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value
  throw new TintError(`An operator reads ${what}, which holds nothing; its module should have filled it.`)
}
