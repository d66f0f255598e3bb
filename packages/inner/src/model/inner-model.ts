import type { WeightTable } from '../weights/table'
import type { InnerModelDescription } from './description'

/** An inner model that can run. Whoever loaded it calls `dispose`. */
export interface InnerModel {
  readonly description: InnerModelDescription
  readonly weights: WeightTable
  /** The configuration it was made from, as `config.json` has it. */
  readonly config: unknown
  /** Frees all weights. */
  dispose(): void
}
