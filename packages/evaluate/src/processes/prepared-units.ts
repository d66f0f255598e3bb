import type { RunUnit } from '../run/run-units'

/** What a process has after it has prepared: all that units need, loaded. */
export interface PreparedUnits<Sample> {
  /** All that decides about samples. It must be that of the run which asks. */
  readonly configuration: object
  readonly runUnit: RunUnit<Sample>
}

/**
 * A module that processes load exports this function as `prepareUnits`. It starts an engine, loads a model and plans
 * what the data says, which is JSON.
 *
 * @throws what is to be told to the person who started the run
 */
export type PrepareUnits<Sample = unknown> = (data: unknown) => Promise<PreparedUnits<Sample>>
