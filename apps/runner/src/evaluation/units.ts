/** What a process loads to compute units of `tint evaluate`. */
import type { PrepareUnits } from '@tintjs/evaluate/node'
import { prepareProcess } from '../run/process-units'
import { evaluationConfiguration, prepareEvaluation } from './preparation'

export const prepareUnits: PrepareUnits = (data) =>
  prepareProcess(data, { prepare: prepareEvaluation, configurationOf: evaluationConfiguration })
