import type { EvaluationPlan, RunUnit } from '@tintjs/evaluate'
import { type ProcessesOptions, UnitProcesses } from '@tintjs/evaluate/node'
import type { InnerModel } from '@tintjs/inner'

/** What computes the units of a run. */
export interface Units<Sample> {
  readonly runUnit: RunUnit<Sample>
  /** How many units are handed out at a time, so that nobody waits for the slowest. */
  readonly ahead: number
  /** @param complete whether all samples are in */
  readonly close: (complete: boolean) => Promise<void>
}

/** Threads of each of several processes: they share no work, and the last digits do not depend on the cores. */
export const oneThread = { TF_NUM_INTRAOP_THREADS: '1' } as const

/** Units that a model in this process computes, which stays the caller's. */
export function unitsOfModel<Sample>(plan: EvaluationPlan<Sample>, model: InnerModel): Units<Sample> {
  return { runUnit: (unit, around) => plan.run(model, unit, around), ahead: 1, close: async () => {} }
}

/** Units that processes of their own compute, with a thread each. */
export async function openProcesses<Sample>(
  { form }: EvaluationPlan<Sample>,
  options: Omit<ProcessesOptions<Sample>, 'form' | 'environment'>,
): Promise<Units<Sample>> {
  const processes = await UnitProcesses.start<Sample>({ ...options, environment: oneThread, form })
  return { runUnit: processes.run, ahead: 4 * options.count, close: async () => processes.stop() }
}
