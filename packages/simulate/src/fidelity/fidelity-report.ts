import { derivativeText, type LossGradient, type WeightReference } from '@tintjs/inner'
import type { TrainingStepResult } from '../step-result'
import type { ApproximatedPart, Approximation } from './approximations'
import type { LearningWeight } from './learning-weights'
import {
  addSums,
  type ComparisonSums,
  comparisonOf,
  noSums,
  sumsOf,
  sumsOfNoUpdate,
  type UpdateComparison,
} from './update-comparison'

/** The step that the others are compared with. */
export interface ReferenceStep {
  /** `exact` unless another one was chosen. */
  readonly name: string
  /** As in a training step's result, in nats. */
  readonly lossBefore: number
  readonly lossAfter: number
  /** After less before. */
  readonly lossChange: number
  /** Frobenius norm of all updates together. */
  readonly updateNorm: number
  readonly kinds: readonly {
    readonly kind: string
    readonly parameters: number
    /** Of the whole squared norm; the shares of all kinds make 1. */
    readonly share: number
  }[]
}

/** One approximate step beside the reference. Losses that are no finite numbers, at rates that are too high, are null. */
export interface FidelityOfStep {
  readonly name: string
  readonly part: ApproximatedPart
  readonly attentionGradient: 'full' | 'value'
  readonly derivative: string
  readonly lossGradient: LossGradient
  readonly updateNormWeights: boolean
  readonly execution: 'fused' | 'literal'
  readonly lossAfter: number | null
  readonly lossChange: number | null
  /** `|change - reference change| / |reference change|`; null also where the reference's loss does not change. */
  readonly lossChangeRelativeError: number | null
  /** All weights as one vector. */
  readonly overall: UpdateComparison
  /** The weights of a kind, in all blocks, as one vector. In the order of {@link ReferenceStep.kinds}. */
  readonly kinds: readonly (UpdateComparison & { readonly kind: string })[]
  readonly weights: readonly (UpdateComparison & { readonly name: string; readonly kind: string })[]
}

/** What {@link measureFidelity} gives: plain data, ready for JSON. */
export interface FidelityReport {
  readonly reference: ReferenceStep
  readonly approximations: readonly FidelityOfStep[]
}

/** The reference with what comparing with it takes. */
export interface ReferenceUpdates {
  readonly report: ReferenceStep
  readonly weights: readonly LearningWeight[]
  /** In the order of the weights: `[batch, ...parameterShape]`. */
  readonly updates: readonly Float32Array[]
  /** Squared norm of all updates together. */
  readonly whole: number
}

/** Puts together what is known of the reference. */
export function referenceStep(
  name: string,
  { lossBefore, lossAfter }: Pick<TrainingStepResult, 'lossBefore' | 'lossAfter'>,
  weights: readonly LearningWeight[],
  updateOf: ReadonlyMap<WeightReference, Float32Array>,
): ReferenceUpdates {
  const updates = weights.map(({ reference }) => updateOf.get(reference) ?? new Float32Array())
  const kinds = new Map<string, { parameters: number; squared: number }>()
  for (const [index, { kind, parameters }] of weights.entries()) {
    const update = updates[index] ?? []
    const known = kinds.get(kind) ?? { parameters: 0, squared: 0 }
    kinds.set(kind, {
      parameters: known.parameters + parameters,
      squared: known.squared + sumsOf(update, update).reference,
    })
  }
  const whole = [...kinds.values()].reduce((sum, { squared }) => sum + squared, 0)
  const report: ReferenceStep = {
    name,
    lossBefore,
    lossAfter,
    lossChange: lossAfter - lossBefore,
    updateNorm: Math.sqrt(whole),
    kinds: [...kinds].map(([kind, { parameters, squared }]) => ({
      kind,
      parameters,
      share: whole === 0 ? 0 : squared / whole,
    })),
  }
  return { report, weights, updates, whole }
}

/**
 * Puts an approximate step beside the reference.
 *
 * @param lossAfter null where it is no finite number
 * @param sumsOfWeight for each weight that learned
 */
export function comparedStep(
  { name, part, gradient, updateNormWeights, execution }: Approximation,
  lossAfter: number | null,
  reference: ReferenceUpdates,
  sumsOfWeight: ReadonlyMap<WeightReference, ComparisonSums>,
): FidelityOfStep {
  const { report, weights, updates, whole } = reference
  const sums = weights.map(
    (weight, index) => sumsOfWeight.get(weight.reference) ?? sumsOfNoUpdate(updates[index] ?? []),
  )
  const sumOver = (wanted: (weight: LearningWeight) => boolean) =>
    weights.reduce(
      (sum, weight, index) => (wanted(weight) ? addSums(sum, sums[index] ?? noSums) : sum),
      noSums,
    )
  const lossChange = lossAfter === null ? null : lossAfter - report.lossBefore
  return {
    name,
    part,
    attentionGradient: gradient.attentionGradient,
    derivative: derivativeText(gradient.derivative),
    lossGradient: gradient.lossGradient,
    updateNormWeights,
    execution: execution?.name ?? 'fused',
    lossAfter,
    lossChange,
    lossChangeRelativeError:
      lossChange === null || report.lossChange === 0
        ? null
        : Math.abs((lossChange - report.lossChange) / report.lossChange),
    overall: comparisonOf(
      sumOver(() => true),
      whole,
    ),
    kinds: report.kinds.map(({ kind }) => ({
      kind,
      ...comparisonOf(
        sumOver((weight) => weight.kind === kind),
        whole,
      ),
    })),
    weights: weights.map(({ name, kind }, index) => ({
      name,
      kind,
      ...comparisonOf(sums[index] ?? noSums, whole),
    })),
  }
}
