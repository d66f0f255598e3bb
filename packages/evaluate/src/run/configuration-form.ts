import type * as z from 'zod'

/**
 * The form of what decides about the samples of a run, with its fields in the order in which differences are told: what
 * people choose first.
 */
export type ConfigurationForm<Configuration extends object> = z.ZodType<Configuration> & {
  readonly shape: Readonly<Record<string, unknown>>
}

/** A field in which two configurations differ. */
export interface Difference {
  readonly field: string
  readonly before: string
  readonly now: string
}

/** The first field in which two configurations differ, or undefined where they are the same. */
export function firstDifference<Configuration extends object>(
  { shape }: Pick<ConfigurationForm<Configuration>, 'shape'>,
  before: Configuration,
  now: Configuration,
): Difference | undefined {
  const values = (configuration: Configuration) =>
    new Map(Object.entries(configuration).map(([field, value]) => [field, JSON.stringify(value)]))
  const [left, right] = [values(before), values(now)]
  const field = Object.keys(shape).find((name) => left.get(name) !== right.get(name))
  if (field === undefined) return undefined
  return { field, before: left.get(field) ?? 'missing', now: right.get(field) ?? 'missing' }
}
