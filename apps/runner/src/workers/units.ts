import type { EvaluationPlan, RunUnit } from '@tintjs/evaluate'
import { type ProcessesOptions, UnitProcesses } from '@tintjs/evaluate/node'
import type { InnerModel } from '@tintjs/inner'

/** What computes the units of a run. */
export interface Units<Sample> {
  readonly runUnit: RunUnit<Sample>
  /** How many units are handed out at a time, so that no process waits for the slowest. */
  readonly ahead: number
  readonly close: () => void
}

/**
 * Computes units in this process where `count` is 1, else in so many others with one thread each.
 *
 * @param model stays the caller's
 */
export async function openUnits<Sample>(
  plan: EvaluationPlan<Sample>,
  model: InnerModel,
  options: Omit<ProcessesOptions<Sample>, 'form' | 'environment'>,
): Promise<Units<Sample>> {
  if (options.count === 1) {
    return { runUnit: (unit, around) => plan.run(model, unit, around), ahead: 1, close: () => {} }
  }
  const environment = { TF_NUM_INTRAOP_THREADS: '1' }
  const processes = await UnitProcesses.start({ ...options, environment, form: plan.form })
  return { runUnit: processes.run, ahead: 4 * options.count, close: () => processes.stop() }
}
