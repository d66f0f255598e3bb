/** What a process loads to compute units of `tint evaluate`: the same data, model and plan, from the same options. */

import type { TaskSample } from '@tintjs/evaluate'
import type { PreparedUnits } from '@tintjs/evaluate/node'
import { useEngine } from '@tintjs/tensor/node'
import * as z from 'zod'
import { Progress } from '../output/progress'
import { loadModel } from '../session'
import type { EvaluateCommandOptions } from './options'
import { evaluationConfiguration, prepareEvaluation } from './preparation'

/** The options were read and checked by the command that hands them over. */
const dataSchema = z.custom<EvaluateCommandOptions>((data) => typeof data === 'object' && data !== null)

export async function prepareUnits(data: unknown): Promise<PreparedUnits<TaskSample>> {
  const options = dataSchema.parse(data)
  const prepared = await prepareEvaluation(options)
  const engine = await useEngine(options.engine)
  const { value: model } = await loadModel(options.model, new Progress())
  return {
    configuration: await evaluationConfiguration(prepared, model, engine),
    runUnit: (unit, unitOptions) => prepared.plan.run(model, unit, unitOptions),
  }
}
