import { frozenParameters, groupByTensor, type InnerModelDescription, sharedShape } from '@tintjs/inner'
import type { TintModule } from '../modules/module'
import { type Step, stepParameters } from '../operators/operator'
import type { TintDimensions } from '../plan/dimensions'
import type { PrefixSource } from '../prefixes/prefix-source'
import type { TintProgram } from '../program/program'
import { distinctModules, prefixSources } from '../simulator'

/** A tensor of a saved simulator without its numbers. */
export interface TensorOutline {
  readonly name: string
  readonly shape: readonly number[]
}

/** Each set of prefixes, `[K, Dsim]`, by its name. */
export function prefixOutlines(
  program: TintProgram,
  { prefixTokens, hiddenSize }: TintDimensions,
): (TensorOutline & { readonly source: PrefixSource })[] {
  return prefixSources(program).map((source) => ({
    name: source.name,
    shape: [prefixTokens, hiddenSize],
    source,
  }))
}

/** The inner model's frozen tensors, under their checkpoint's names and in its layout. */
export function frozenOutlines(description: InnerModelDescription) {
  return [...groupByTensor(frozenParameters(description))].map(([name, references]) => ({
    name,
    shape: sharedShape(references),
    references,
  }))
}

/** The dense matrices of every distinct module, `<module index>.<step index>.<parameter>`. */
export function denseOutlines(
  program: TintProgram,
  dimensions: TintDimensions,
): (TensorOutline & { readonly step: Step; readonly parameter: string })[] {
  return distinctModules(program).flatMap(({ steps }: TintModule, moduleIndex) =>
    steps.flatMap((step, stepIndex) =>
      Object.entries(stepParameters(step, dimensions)).map(([parameter, shape]) => ({
        name: `${moduleIndex}.${stepIndex}.${parameter}`,
        shape,
        step,
        parameter,
      })),
    ),
  )
}
