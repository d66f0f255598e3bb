import {
  authorsCodeOpt125m,
  countParameters,
  designTint,
  type PaperAccount,
  type ParameterAccount,
  paperAccount,
  paperSizes,
  type TintPlan,
} from '@tintjs/construct'
import { modelShapes } from '@tintjs/families'
import type { InnerModelDescription } from '@tintjs/inner'
import { planOf, type SimulatorSizeOptions, type SimulatorSizes, sizesOf } from './simulator-options'

/** A model's simulator, planned and counted: nothing is built. */
export interface SimulatorReport extends SimulatorSizes {
  readonly explanation: readonly string[]
  readonly parameters: ParameterAccount
  /** The paper's formulas for the same dimensions. */
  readonly paper: PaperAccount
}

/** Plans and counts the simulator of a model. @throws DimensionError when there is none of the asked sizes */
export function simulatorReport(description: InnerModelDescription, plan: TintPlan): SimulatorReport {
  const { dimensions, explanation } = plan
  return {
    ...sizesOf(plan),
    explanation,
    parameters: countParameters(description, designTint(description, plan), dimensions),
    paper: paperAccount(dimensions, description.blocks.length),
  }
}

/** A released shape with its simulator, beside the paper's sizes. */
export interface ShapeReport extends SimulatorSizes {
  readonly shape: string
  readonly width: number
  readonly blocks: number
  readonly inner: number
  readonly simulator: number
  readonly distinct: number
  /** By the paper's formulas, blocks alone. */
  readonly paperFormula: number
  /** As the paper's table has it; null for shapes that it does not list. */
  readonly paperTable: number | null
  /** What the authors' released code counts; null where it was not counted. */
  readonly authorsCode: number | null
}

/** All released shapes. */
export function shapeReports(options: SimulatorSizeOptions): ShapeReport[] {
  return modelShapes.map(({ name, adapter, config }) => {
    const description = adapter.describe(config)
    const plan = planOf(description, options)
    const { parameters, paper } = simulatorReport(description, plan)
    return {
      shape: name,
      width: description.width,
      blocks: description.blocks.length,
      ...sizesOf(plan),
      inner: parameters.inner,
      simulator: parameters.simulator,
      distinct: parameters.distinct,
      paperFormula: paper.total,
      paperTable: paperSizes[name] ?? null,
      authorsCode: name === 'opt-125m' ? authorsCodeOpt125m : null,
    }
  })
}
