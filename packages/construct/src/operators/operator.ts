import * as tf from '@tensorflow/tfjs-core'
import type { TintDimensions } from '../plan/dimensions'
import type { TintState } from '../state/state'
import type { Matrices, MatrixSettings, OperatorArithmetic, ParameterShapes } from './arithmetic'
import { type CrossHeadLinear, crossHeadLinear } from './cross-head-linear'
import { positionRows } from './dense-products'
import type { Execution } from './execution'
import { applyDenseGate, applyGate, type Gate, gateParameters, materialiseGate } from './gate'
import { type GatedUnit, gatedUnit } from './gated-unit'
import { type GroupNorm, groupNorm } from './group-norm'
import { type HeadProjectionBackward, headProjectionBackward } from './head-projection'
import { type LinearAttention, linearAttention } from './linear-attention'
import { type NextTokenAttention, nextTokenAttention } from './next-token-attention'
import { type Perceptron, perceptron } from './perceptron'
import { type PositionRotation, positionRotation } from './position-rotation'
import { type SoftmaxAttention, softmaxAttention } from './softmax-attention'
import { type VocabularyPerceptron, vocabularyPerceptron } from './vocabulary-perceptron'

/** A transformer part that modules are made of. */
export type Operator =
  | CrossHeadLinear
  | LinearAttention
  | SoftmaxAttention
  | PositionRotation
  | NextTokenAttention
  | Perceptron
  | GatedUnit
  | GroupNorm
  | VocabularyPerceptron
  | HeadProjectionBackward

const arithmetic: {
  readonly [Kind in Operator['kind']]: OperatorArithmetic<Extract<Operator, { kind: Kind }>>
} = {
  crossHeadLinear,
  linearAttention,
  softmaxAttention,
  positionRotation,
  nextTokenAttention,
  perceptron,
  gatedUnit,
  groupNorm,
  vocabularyPerceptron,
  headProjectionBackward,
}

function arithmeticOf(operator: Operator): OperatorArithmetic<Operator> {
  return arithmetic[operator.kind] as OperatorArithmetic<Operator>
}

/** One layer of the simulator: an operator, and the gate that lets its result in. */
export interface Step {
  readonly operator: Operator
  readonly gate: Gate
}

/** A step that changes tokens and leaves prefixes as they are. */
export function tokenStep(operator: Operator, tokens: Gate['tokens']): Step {
  return { operator, gate: { tokens, prefixes: 'keep' } }
}

/** A step that changes prefixes and leaves tokens as they are. */
export function prefixStep(operator: Operator, prefixes: Gate['prefixes']): Step {
  return { operator, gate: { tokens: 'keep', prefixes } }
}

/** The dense parameters of a step by their names, as they are counted. */
export function stepParameters({ operator }: Step, dimensions: TintDimensions): ParameterShapes {
  const gate = gateParameters(dimensions)
  return {
    ...arithmeticOf(operator).parameters(operator, dimensions),
    'gate.old': gate.old,
    'gate.new': gate.new,
  }
}

/** Executes a step by its structure. Belongs to the caller's `tf.tidy`. */
export function applyStep({ operator, gate }: Step, state: TintState, execution: Execution): TintState {
  return applyGate(gate, state, arithmeticOf(operator).apply(operator, state, execution))
}

/** The dense matrices of a step by the names of {@link stepParameters}, owned by the caller. */
export function materialiseStep({ operator, gate }: Step, settings: MatrixSettings): Matrices {
  return tf.tidy(() => {
    const vectors = materialiseGate(gate, settings.dimensions)
    return {
      ...arithmeticOf(operator).materialise(operator, settings),
      'gate.old': vectors.old,
      'gate.new': vectors.new,
    }
  })
}

/**
 * Executes a step as a transformer that knows of no structure: dense products at every position.
 *
 * @param state `[batch, K + N, Dsim]`
 * @param matrices from {@link materialiseStep}
 * @returns `[batch, K + N, Dsim]`
 */
export function applyDenseStep(
  { operator }: Step,
  state: tf.Tensor3D,
  matrices: Matrices,
  execution: Execution,
): tf.Tensor3D {
  const added = arithmeticOf(operator).applyDense(operator, state, matrices, execution)
  const vectors = {
    old: matrices['gate.old'] as tf.Tensor1D,
    new: matrices['gate.new'] as tf.Tensor1D,
  }
  return applyDenseGate(vectors, state, added, positionRows(execution.dimensions, execution.tokens))
}
