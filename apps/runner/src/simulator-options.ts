import {
  constructTint,
  countParameters,
  designTint,
  type ParameterAccount,
  type PlanOptions,
  planTint,
  type TintPlan,
  type TintSimulator,
} from '@tintjs/construct'
import type { InnerModel, InnerModelDescription } from '@tintjs/inner'
import type { GradientChoice } from '@tintjs/simulate'
import { DimensionError } from '@tintjs/tensor'
import { type Command, Option } from 'commander'
import { parseNumber } from './command-options'
import { UsageError } from './failures'
import { type Timed, timed } from './session'

/** The options that choose a simulator's sizes. */
export interface SimulatorSizeOptions {
  readonly prefixTokens?: number
  readonly hiddenSize?: number
  readonly simulatorHeads?: number
  readonly maxLength?: number
}

/** How a step is computed, and the sizes of the simulator that computes it. */
export interface ExecutionOptions extends SimulatorSizeOptions {
  readonly execution: 'fused' | 'literal'
}

/** Adds the options that choose a simulator's sizes. */
export function addSimulatorSizeOptions(command: Command): Command {
  return command
    .option(
      '--prefix-tokens <K>',
      'tokens of the simulator that hold weights (default: the most that fit)',
      parseNumber,
    )
    .option('--hidden-size <Dsim>', "the simulator's width; follows from --prefix-tokens", parseNumber)
    .option(
      '--simulator-heads <Hsim>',
      "heads of the simulator's softmax attention (default: the fewest)",
      parseNumber,
    )
    .option(
      '--max-length <tokens>',
      "the simulator's longest text (default: the model's longest)",
      parseNumber,
    )
}

/** Adds `--execution` and the sizes. */
export function addExecutionOptions(command: Command): Command {
  command.addOption(
    new Option(
      '--execution <way>',
      "fused computes on the inner model's weights directly; literal runs the simulator's operators",
    )
      .choices(['fused', 'literal'])
      .default('fused'),
  )
  return addSimulatorSizeOptions(command)
}

/** Plans the simulator that the options describe. @throws DimensionError when there is none */
export function planOf(description: InnerModelDescription, options: SimulatorSizeOptions): TintPlan {
  const { prefixTokens, hiddenSize, simulatorHeads, maxLength } = options
  const sizes: PlanOptions = { prefixTokens, hiddenSize, simulatorHeads, maxLength }
  return planTint(description, sizes)
}

/**
 * A plan for what is only told about a simulator.
 *
 * @returns undefined where no sizes were asked for and none fit the model
 * @throws DimensionError for sizes that were asked for and cannot be
 */
export function planWhereItFits(
  description: InnerModelDescription,
  options: SimulatorSizeOptions,
): TintPlan | undefined {
  try {
    return planOf(description, options)
  } catch (error) {
    const { prefixTokens, hiddenSize, simulatorHeads, maxLength } = options
    const asked = [prefixTokens, hiddenSize, simulatorHeads, maxLength].some((size) => size !== undefined)
    if (asked || !(error instanceof DimensionError)) throw error
    return undefined
  }
}

/** A simulator's sizes as reports have them. */
export interface SimulatorSizes {
  readonly prefixTokens: number
  readonly hiddenSize: number
  readonly simulatorHeads: number
  readonly maxLength: number
}

/** The sizes of a plan. */
export function sizesOf({ dimensions }: Pick<TintPlan, 'dimensions'>): SimulatorSizes {
  const { prefixTokens, hiddenSize, softmaxHeads, maxLength } = dimensions
  return { prefixTokens, hiddenSize, simulatorHeads: softmaxHeads, maxLength }
}

/** The gradient of a step and what of norms learns: what a simulator is built for. */
export interface StepDesign {
  readonly gradient: GradientChoice
  readonly updateNormWeights: boolean
}

/** Counts the parameters of a simulator that is not built. */
export function accountOf(
  description: InnerModelDescription,
  plan: Pick<TintPlan, 'dimensions'>,
  { gradient, updateNormWeights }: StepDesign,
  layers?: number,
): ParameterAccount {
  // An exact step has no simulator of its own; its size is told for the one that approximates it.
  const options = gradient.name === 'exact' ? {} : simulated(gradient)
  const program = designTint(description, plan, { ...options, updateNormWeights })
  return countParameters(description, program, plan.dimensions, layers)
}

/** Without what only fused execution can do. */
function simulated(gradient: GradientChoice): { gradient?: GradientChoice } {
  return gradient.derivative.kind === 'analytic' ? {} : { gradient }
}

/** Builds the simulator for literal execution; none for fused. */
export async function constructFor(
  model: InnerModel,
  options: ExecutionOptions,
  design: StepDesign,
): Promise<Timed<TintSimulator> | undefined> {
  return options.execution === 'fused' ? undefined : constructSimulator(model, options, design)
}

/** Builds the simulator that the options describe. @throws DimensionError when there is none */
export function constructSimulator(
  model: InnerModel,
  sizes: SimulatorSizeOptions,
  { gradient, updateNormWeights }: StepDesign,
): Promise<Timed<TintSimulator>> {
  const plan = planOf(model.description, sizes)
  return timed(() => constructTint(model, plan, { gradient, updateNormWeights }))
}

/** @throws UsageError for a gradient that a simulator does not compute */
export function checkLiteral(
  { execution }: Pick<ExecutionOptions, 'execution'>,
  gradient: GradientChoice,
): void {
  if (execution === 'fused') return
  if (gradient.name === 'exact') {
    throw new UsageError(
      '--gradient exact is not what a simulator computes; leave it out, or choose --execution fused.',
    )
  }
  if (gradient.derivative.kind === 'analytic') {
    throw new UsageError(
      '--derivative analytic is not what a simulator computes; choose central:N or forward:N, or a step with --execution fused.',
    )
  }
}
