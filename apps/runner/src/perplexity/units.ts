/** What a process loads to compute units of `tint perplexity`: the same text, model and plan, from the same options. */

import type { Sample } from '@tintjs/evaluate'
import type { PreparedUnits } from '@tintjs/evaluate/node'
import { useEngine } from '@tintjs/tensor/node'
import * as z from 'zod'
import { Progress } from '../output/progress'
import { loadModel } from '../session'
import { configurationOf, prepareMeasurement } from './measurement'
import type { PerplexityCommandOptions } from './options'

/** The options were read and checked by the command that hands them over. */
const dataSchema = z.custom<PerplexityCommandOptions>((data) => typeof data === 'object' && data !== null)

export async function prepareUnits(data: unknown): Promise<PreparedUnits<Sample>> {
  const options = dataSchema.parse(data)
  const measurement = await prepareMeasurement(options)
  const engine = await useEngine(options.engine)
  const { value: model } = await loadModel(options.model, new Progress())
  return {
    configuration: await configurationOf(measurement, model, engine),
    runUnit: (unit, unitOptions) => measurement.plan.run(model, unit, unitOptions),
  }
}
