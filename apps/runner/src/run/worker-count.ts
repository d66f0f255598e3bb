import { totalmem } from 'node:os'
import { type EvaluationPlan, sequenceMemory } from '@tintjs/evaluate'
import { blockParameters, frozenParameters, type InnerModelDescription, parameterCount } from '@tintjs/inner'
import type { EngineDescription } from '@tintjs/tensor'
import { availableCores } from './available-cores'

/** What a run is, as far as the number of its processes depends on it. */
export interface RunSizes {
  readonly plan: Pick<EvaluationPlan<unknown>, 'unitCount' | 'cost'>
  readonly description: InnerModelDescription
  /** Tokens of a sequence at most. */
  readonly length: number
  /** Sequences that are computed at once. */
  readonly batch: number
}

/** What a machine has. */
export interface Machine {
  readonly cores: number
  /** Bytes. */
  readonly memory: number
}

/** A container may have less than its machine; without a limit of memory, some systems tell a number beyond all memory. */
const thisMachine = (): Machine => ({
  cores: availableCores(),
  memory: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
})

/** What node, the packages and an engine take before there is a model, in bytes. */
const processMemory = 300e6

/** Below so many operations of a run, starting processes takes longer than it saves. */
const worthwhile = 1e12

/** A share of the memory that processes may take together: others want some too, and the estimate is a rough one. */
const memoryShare = 0.5

/**
 * How many processes compute a run. `auto` takes one for each core where the run is long enough, memory holds a model
 * for each, and the engine computes on the processor; else 1, which is this process with all threads. It depends on the
 * run and the machine alone, so that a run that is resumed has as many.
 *
 * @param given as `parseWorkers` reads it
 */
export function workerCount(
  given: number | 'auto',
  sizes: RunSizes,
  { device }: Pick<EngineDescription, 'device'>,
  machine: Machine = thisMachine(),
): number {
  if (given !== 'auto') return given
  const { plan, description, length, batch } = sizes
  if (device !== 'CPU') return 1
  const references = [...frozenParameters(description), ...blockParameters(description)]
  const parameters = parameterCount(references)
  if (2 * parameters * length * totalCost(plan) < worthwhile) return 1
  const each = processMemory + 4 * parameters + batch * sequenceMemory(description, length)
  // The process that hands out holds a model too.
  const fitting = Math.floor((memoryShare * machine.memory - 4 * parameters) / each)
  return Math.max(1, Math.min(machine.cores, fitting, plan.unitCount))
}

function totalCost({ unitCount, cost }: RunSizes['plan']): number {
  let total = 0
  for (let unit = 0; unit < unitCount; unit++) total += cost(unit)
  return total
}
