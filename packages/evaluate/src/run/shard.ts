import { InputError } from '@tintjs/tensor'
import * as z from 'zod'
import type { ConfigurationForm } from './configuration-form'
import type { EvaluationPlan } from './evaluation-plan'

/** One of several parts of a run, which are computed anywhere and merged: `number` from 1 to `count`. */
export interface Shard {
  readonly number: number
  readonly count: number
}

const whole = z.int().min(1)
const shardSchema = z
  .strictObject({ number: whole, count: whole })
  .refine(({ number, count }) => number <= count)

/** A configuration, and which part of the run it is; null for a whole one. */
export type Sharded<Configuration extends object> = Configuration & { readonly shard: Shard | null }

/** A configuration that may say which part of a run it is of. */
export type MaybeSharded<Configuration extends object> = Configuration & {
  readonly shard?: Shard | null | undefined
}

/** The form of a configuration that says which part of a run it is. */
export function shardedForm<Configuration extends object>(
  form: ConfigurationForm<Configuration>,
): ConfigurationForm<Sharded<Configuration>> {
  const shape = { ...(form.shape as z.ZodRawShape), shard: shardSchema.nullable() }
  return z.strictObject(shape) as unknown as ConfigurationForm<Sharded<Configuration>>
}

/** `2/3` in messages. */
export function shardText({ number, count }: Shard): string {
  return `${number}/${count}`
}

/** What people have to know about figures of a part of a run; undefined for a whole one. */
export function shardNote({ shard = null }: MaybeSharded<object>): string | undefined {
  return shard === null
    ? undefined
    : `${shardText(shard)} of a run: all figures are of this part alone, and tint merge makes those of the whole`
}

/** The name of a shard's folder in that of the run. */
export function shardFolder({ number, count }: Shard): string {
  return `shard-${number}-of-${count}`
}

/**
 * The units of a shard: of `count` shards of nearly the same number of units, one after another, so that the samples of
 * all in their order are those of the whole run.
 *
 * @throws InputError for a shard that there is not, and for more shards than units
 */
export function shardOf<Sample>(
  plan: EvaluationPlan<Sample>,
  { number, count }: Shard,
): EvaluationPlan<Sample> {
  if (!(Number.isInteger(number) && Number.isInteger(count) && number >= 1 && number <= count)) {
    throw new InputError(
      `The shard is ${number}/${count}; expected a whole number from 1 to the number of shards, e.g. 1/4.`,
    )
  }
  if (count > plan.unitCount) {
    throw new InputError(
      `There are ${count} shards, but the run has ${plan.unitCount} batches to share; expected at most so many. ` +
        'Take fewer shards, or a smaller batch.',
    )
  }
  const unitOf = (unit: number) => unitOfRun(plan, { number, count }, unit)
  const unitCount = unitOfRun(plan, { number: number + 1, count }, 0) - unitOf(0)
  return {
    form: plan.form,
    unitCount,
    size: (plan.size * unitCount) / plan.unitCount,
    cost: (unit) => plan.cost(unitOf(unit)),
    keys: (unit) => plan.keys(unitOf(unit)),
    run: (model, unit, options) => plan.run(model, unitOf(unit), options),
  }
}

/** Which unit of the whole run a shard's unit is. */
export function unitOfRun(
  { unitCount }: Pick<EvaluationPlan<unknown>, 'unitCount'>,
  { number, count }: Shard,
  unit: number,
): number {
  return Math.floor(((number - 1) * unitCount) / count) + unit
}
