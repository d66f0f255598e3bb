/** What a process loads to compute units of `tint perplexity`. */
import type { PrepareUnits } from '@tintjs/evaluate/node'
import { prepareProcess } from '../run/process-units'
import { configurationOf, prepareMeasurement } from './measurement'

export const prepareUnits: PrepareUnits = (data) =>
  prepareProcess(data, { prepare: prepareMeasurement, configurationOf })
