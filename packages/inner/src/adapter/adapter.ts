import { ConfigError, shown } from '@tintjs/tensor'
import type * as z from 'zod'
import type { InnerModelDescription } from '../model/description'
import { checkTree } from './check-tree'
import { commonIgnoredFields } from './common-fields'
import { refuseOtherKinds } from './families'

/** The names of a checkpoint's tensors, for layouts that differ between versions of one family. */
export interface TensorNames {
  has(name: string): boolean
}

/** What a family's package says to become an {@link Adapter}. */
export interface AdapterDefinition<Config> {
  /** `model_type` in `config.json`. */
  readonly family: string
  /**
   * Checks the fields that are handled and gives their defaults. A field that must have one value to be right is a
   * literal here.
   */
  readonly config: z.ZodObject & z.ZodType<Config>
  /** Fields that change nothing in a forward pass: dropout, initialisation, ids for text generation. */
  readonly ignoredFields: readonly string[]
  /**
   * Composes the model's tree of layers out of references to the checkpoint's tensors.
   *
   * @param tensors names in the checkpoint; where there is none (a bare shape), every name of the current layout exists
   * @throws ConfigError for values that do not fit each other
   */
  build(config: Config, tensors: TensorNames): InnerModelDescription
}

/** Turns configurations and checkpoints of one family into inner models. */
export interface Adapter {
  readonly family: string
  /**
   * Describes a model: checks the configuration and composes the tree, reading no numbers.
   *
   * @param config the parsed `config.json`
   * @param tensors the checkpoint's tensor names; without it, the names that the current layout has
   * @throws ConfigError naming the field that is missing, unknown or not supported
   */
  describe(config: unknown, tensors?: TensorNames): InnerModelDescription
}

/** Makes an adapter for a family of models. */
export function defineAdapter<Config>(definition: AdapterDefinition<Config>): Adapter {
  const { family } = definition
  const handled = new Set(Object.keys(definition.config.shape))
  const ignored = new Set([...commonIgnoredFields, ...definition.ignoredFields])
  return {
    family,
    describe(config, tensors) {
      const fields = asFields(family, config)
      refuseOtherKinds(fields)
      refuseUnknownFields(family, fields, handled, ignored)
      const description = definition.build(parseConfig(definition, fields), tensors ?? { has: () => false })
      checkTree(description)
      return description
    },
  }
}

function asFields(family: string, config: unknown): Record<string, unknown> {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new ConfigError(`config.json of a ${family} model is not a JSON object; fetch the file again.`)
  }
  return config as Record<string, unknown>
}

/** How many unknown fields a message names. */
const mostNamed = 8

/** A field's name in a message: names are as long as their author likes. */
function inWords(field: string): string {
  return field.length <= 80 ? field : `${field.slice(0, 80)}...`
}

function refuseUnknownFields(
  family: string,
  fields: Record<string, unknown>,
  handled: ReadonlySet<string>,
  ignored: ReadonlySet<string>,
): void {
  const unknown = Object.entries(fields).filter(
    ([field, value]) => !handled.has(field) && !ignored.has(field) && !isSwitchedOff(value),
  )
  if (unknown.length === 0) return
  const named = unknown.slice(0, mostNamed).map(([field, value]) => `${inWords(field)} = ${shown(value)}`)
  const more = unknown.length > mostNamed ? ` and ${unknown.length - mostNamed} more` : ''
  const found = named.join(', ') + more
  throw new ConfigError(
    `config.json has the field${unknown.length === 1 ? '' : 's'} ${found}, which the ${family} adapter does not know; ` +
      'expected only fields that it handles or may ignore, as an unknown one could change the result.',
  )
}

/** Whether a field with this value changes nothing, whatever it is: old files have `"pruned_heads": {}`. */
function isSwitchedOff(value: unknown): boolean {
  if (value === null || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function parseConfig<Config>(definition: AdapterDefinition<Config>, fields: Record<string, unknown>): Config {
  const parsed = definition.config.safeParse(fields)
  if (parsed.success) return parsed.data as Config
  const issue = parsed.error.issues[0]
  const path = inWords(issue?.path.join('.') ?? '')
  const value = valueAt(fields, issue?.path ?? [])
  const found = value === undefined ? 'is missing' : `is ${shown(value)}, which is not supported`
  throw new ConfigError(`config.json of a ${definition.family} model: ${path} ${found}. ${issue?.message}.`)
}

/** What a configuration holds at a path of names and indices. */
function valueAt(fields: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => Object(value)[key], fields)
}
