import * as tf from '@tensorflow/tfjs-core'
import {
  type GradientChoice,
  gradientRules,
  type InnerModel,
  type InnerModelDescription,
  type ModelInputs,
  tint,
} from '@tintjs/inner'
import { checkOptionNames, DimensionError, InputError, TintError } from '@tintjs/tensor'
import type { TintModule } from './modules/module'
import type { TintDimensions } from './plan/dimensions'
import type { TintPlan } from './plan/plan-tint'
import { encodePrefixes } from './prefixes/encode'
import type { PrefixSource } from './prefixes/prefix-source'
import { PrefixTable } from './prefixes/prefix-table'
import { compileProgram } from './program/compile'
import type { Approximations } from './program/compiler'
import { LiteralStep, type LiteralStepSettings } from './program/literal-step'
import { blocksOf, type TintProgram } from './program/program'

/** Which gradient a simulator is built for. */
export interface ConstructOptions {
  /** Default `tint()`. Full attention gradients and analytic derivatives are not what a simulator computes. */
  readonly gradient?: GradientChoice | undefined
  /** Whether scales of norms learn too; default false. */
  readonly updateNormWeights?: boolean | undefined
}

/**
 * A TinT simulator: dimensions, program and modules, and the prefixes with the inner model's weights. Whoever made it
 * calls `dispose`, before the inner model's.
 */
export class TintSimulator {
  readonly model: InnerModel
  readonly dimensions: TintDimensions
  readonly gradient: GradientChoice
  readonly updateNormWeights: boolean
  readonly program: TintProgram
  readonly prefixes: PrefixTable

  /** Takes over the prefixes; the model stays the caller's, and must live as long as this. */
  constructor(
    model: InnerModel,
    dimensions: TintDimensions,
    options: ConstructOptions,
    prefixes: PrefixTable,
  ) {
    const design = designOf(options)
    checkModel(model.description, dimensions)
    this.model = model
    this.dimensions = dimensions
    this.gradient = design.gradient
    this.updateNormWeights = design.updateNormWeights
    this.program = compileProgram(model.description, dimensions, approximationsOf(design, dimensions))
    this.prefixes = prefixes
  }

  /** All modules in the order of their first use, each once however many layers share it. */
  get modules(): readonly TintModule[] {
    return distinctModules(this.program)
  }

  /**
   * Prepares a literal step, which the caller disposes.
   *
   * @throws InputError when the input is longer than the plan allows, or has positions beyond it
   */
  start(settings: LiteralStepSettings): LiteralStep {
    checkPositions(settings.inputs, this.dimensions)
    return new LiteralStep(this, settings)
  }

  /** Frees the prefixes; the inner model stays. */
  dispose(): void {
    this.prefixes.dispose()
  }
}

/**
 * Builds the simulator of an inner model.
 *
 * @param model stays the caller's; the simulator uses its embedding and head
 * @returns the simulator, owned by the caller
 * @throws InputError for a gradient that a simulator cannot follow
 * @throws DimensionError for a plan that was made for another model
 */
export function constructTint(
  model: InnerModel,
  { dimensions }: TintPlan,
  options: ConstructOptions = {},
): TintSimulator {
  const prefixes = new PrefixTable()
  try {
    const simulator = new TintSimulator(model, dimensions, options, prefixes)
    for (const source of prefixSources(simulator.program)) {
      prefixes.set(source, keep(encodePrefixes(source, model.weights, dimensions)))
    }
    return simulator
  } catch (error) {
    prefixes.dispose()
    throw error
  }
}

/**
 * The program of a simulator that is not built: for counting and showing. Reads no weights.
 *
 * @throws InputError or DimensionError, as {@link constructTint}
 */
export function designTint(
  description: InnerModelDescription,
  { dimensions }: Pick<TintPlan, 'dimensions'>,
  options: ConstructOptions = {},
): TintProgram {
  checkModel(description, dimensions)
  return compileProgram(description, dimensions, approximationsOf(designOf(options), dimensions))
}

/** The prefixes of all blocks. */
export function prefixSources(program: TintProgram): PrefixSource[] {
  return blocksOf(program).flatMap(({ prefixes }) => prefixes)
}

/** Modules in the order of their first use. */
export function distinctModules(program: TintProgram): TintModule[] {
  const instructions = blocksOf(program).flatMap(({ forward, backward }) => [...forward, ...backward])
  const modules = instructions.flatMap((instruction) =>
    instruction.kind === 'module' ? [instruction.module] : [],
  )
  return [...new Set([...modules, program.loss])]
}

interface Design {
  readonly gradient: GradientChoice
  readonly updateNormWeights: boolean
}

const optionNames: Readonly<Record<keyof ConstructOptions, true>> = {
  gradient: true,
  updateNormWeights: true,
}

function designOf(options: ConstructOptions): Design {
  checkOptionNames('simulator', options, optionNames)
  const { gradient = tint(), updateNormWeights = false } = options
  if (gradient.attentionGradient !== 'value') {
    throw new InputError(
      `The attention gradient is "${gradient.attentionGradient}"; expected "value" in a simulator, which keeps attention probabilities constant. Use fused execution for exact gradients.`,
    )
  }
  if (gradient.derivative.kind === 'analytic') {
    throw new InputError(
      'The derivative is analytic; expected central:N or forward:N, which a simulator computes by differences. Use fused execution for analytic derivatives.',
    )
  }
  return { gradient, updateNormWeights }
}

function approximationsOf(
  { gradient, updateNormWeights }: Design,
  { width }: TintDimensions,
): Approximations {
  const { derivative, lossGradient } = gradient
  if (derivative.kind === 'analytic') throw new TintError('An analytic derivative has no modules.')
  const { biasRateMultiplier } = gradientRules(gradient, updateNormWeights, width)
  return { derivative, lossGradient, updateNormWeights, biasRateMultiplier }
}

/** The rules were checked for the model that was planned for, and hold for no other. */
function checkModel({ width, heads }: InnerModelDescription, planned: TintDimensions): void {
  if (planned.width === width && planned.innerHeads === heads) return
  throw new DimensionError(
    `The plan is for a model of width ${planned.width} with ${planned.innerHeads} heads, and this one has width ${width} and ${heads} heads; plan this one with planTint.`,
  )
}

/** One-hots of positions have a coordinate for each that was planned. */
function checkPositions({ length, positionIds }: ModelInputs, { maxLength }: TintDimensions): void {
  if (length > maxLength) {
    throw new InputError(
      `The input has ${length} tokens, more than the ${maxLength} that the simulator was planned for (maxLength); shorten it, or plan a longer one.`,
    )
  }
  const largest = positionIds.flatMap((row) => [...row]).reduce((most, id) => Math.max(most, id), 0)
  if (largest < maxLength) return
  throw new InputError(
    `positionIds has ${largest}, beyond the ${maxLength} positions that the simulator was planned for (maxLength); expected numbers up to ${maxLength - 1}, or a plan for more.`,
  )
}

function keep<Structure>(structure: Structure): Structure {
  for (const tensor of Object.values(structure as Record<string, unknown>)) {
    if (tensor instanceof tf.Tensor) tf.keep(tensor)
  }
  return structure
}
