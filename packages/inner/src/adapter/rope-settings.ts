import { ConfigError, type Pairing } from '@tintjs/tensor'
import * as z from 'zod'
import { type RotaryPositions, type RotaryScaling, rotaryFrequencies } from '../layers/positions'
import { sizeField } from './building-blocks'

const positive = z.number().positive()
const ropeType = z.enum(['default', 'linear', 'llama3'])

const ropeParameters = z.strictObject({
  rope_type: ropeType.nullish(),
  /** The older name of `rope_type`. */
  type: ropeType.nullish(),
  rope_theta: positive.nullish(),
  partial_rotary_factor: positive.max(1).nullish(),
  factor: positive.nullish(),
  low_freq_factor: positive.nullish(),
  high_freq_factor: positive.nullish(),
  original_max_position_embeddings: sizeField.nullish(),
})

type RopeParameters = z.infer<typeof ropeParameters>

/**
 * The fields in which configurations keep their rotary settings, to be spread into an adapter's schema: `rope_parameters`
 * since transformers 5, `rope_scaling` before it, which says what changes the frequencies of the family's own fields.
 */
export const ropeFields = {
  rope_scaling: ropeParameters.nullish(),
  rope_parameters: ropeParameters.nullish(),
}

/** A field of the configuration itself, by which older files say what `rope_parameters` says since. */
export interface OuterField {
  readonly name: string
  readonly value: number | null | undefined
  /** What holds where nothing says otherwise. */
  readonly fallback: number
  /** A field that some versions of transformers wrote as well and others do not read: it may not say anything else. */
  readonly copy?: { readonly name: string; readonly value: number | null | undefined }
}

/** What the fields of a configuration mean for rotary positions. */
export interface RotarySettings {
  /** The base of the frequencies. */
  readonly theta: number
  /** The share of each head's numbers that is turned, from the first on. */
  readonly share: number
  readonly scaling: RotaryScaling
}

/** Where a family keeps its rotary settings, and what they are where they are not given. */
export interface RotaryDefaults {
  readonly theta: OuterField
  /** Of `partial_rotary_factor`; a family without it turns whole heads, and another share is refused. */
  readonly share?: OuterField
  /** The length before scaling, where the file does not say it. */
  readonly maximumPositions: number
}

/**
 * Reads rotary settings as transformers does, out of files of every version. Where a file says a thing twice in different
 * ways, versions of transformers differ about it, and it is refused.
 *
 * @throws ConfigError naming the field that is missing or contradicts another
 */
export function rotarySettings(
  fields: {
    readonly rope_scaling?: RopeParameters | null | undefined
    readonly rope_parameters?: RopeParameters | null | undefined
  },
  defaults: RotaryDefaults,
): RotarySettings {
  const given = (['rope_scaling', 'rope_parameters'] as const).flatMap((field) => {
    const parameters = fields[field]
    return parameters != null && Object.keys(parameters).length > 0
      ? [settingsOf(field, parameters, defaults)]
      : []
  })
  const [first = settingsOf('rope_parameters', {}, defaults), second = first] = given
  if (JSON.stringify(first) === JSON.stringify(second)) return first
  throw new ConfigError(
    `config.json has rope_scaling ${JSON.stringify(fields.rope_scaling)} and rope_parameters ${JSON.stringify(fields.rope_parameters)}, which say different things; keep the one that is right.`,
  )
}

/**
 * Rotary positions for heads of a width.
 *
 * @throws ConfigError when the numbers that are turned do not come in pairs
 */
export function rotaryPositions(
  { theta, share, scaling }: RotarySettings,
  headWidth: number,
  pairing: Pairing,
): RotaryPositions {
  const turned = Math.trunc(headWidth * share)
  return { kind: 'rotary', pairing, frequencies: rotaryFrequencies(turned, theta, scaling) }
}

function settingsOf(field: string, parameters: RopeParameters, defaults: RotaryDefaults): RotarySettings {
  return {
    theta: agreed(`${field}.rope_theta`, parameters.rope_theta, defaults.theta),
    share: shareOf(`${field}.partial_rotary_factor`, parameters.partial_rotary_factor, defaults.share),
    scaling: scalingOf(field, parameters, defaults.maximumPositions),
  }
}

/** Families that turn whole heads ignore a share with some types of scaling, and not with others. */
function shareOf(name: string, inner: number | null | undefined, outer: OuterField | undefined): number {
  if (outer !== undefined) return agreed(name, inner, outer)
  if (inner == null || inner === 1) return 1
  throw new ConfigError(
    `config.json has ${name} ${inner}, which is not supported in this family; expected 1 or nothing, as its heads are turned as a whole.`,
  )
}

/** The one value that fields of different versions give. */
function agreed(name: string, inner: number | null | undefined, outer: OuterField): number {
  const value = inner ?? outer.value ?? outer.fallback
  const other = [outer, outer.copy].find((field) => field?.value != null && field.value !== value)
  if (other === undefined) return value
  const given = inner != null ? name : outer.name
  throw new ConfigError(
    `config.json has ${given} ${value}${inner == null && outer.value == null ? ' by default' : ''} and ${other.name} ${other.value}, which say different things; keep the one that is right.`,
  )
}

function scalingOf(field: string, parameters: RopeParameters, maximumPositions: number): RotaryScaling {
  const { rope_type, type } = parameters
  if (rope_type != null && type != null && rope_type !== type) {
    throw new ConfigError(
      `config.json has ${field}.rope_type "${rope_type}" and ${field}.type "${type}", which say different things; keep the one that is right.`,
    )
  }
  const kind = rope_type ?? type ?? 'default'
  const needed = (name: 'factor' | 'low_freq_factor' | 'high_freq_factor') => {
    const value = parameters[name]
    if (value != null) return value
    throw new ConfigError(
      `config.json has ${field} of type "${kind}" without ${name}; expected a positive number.`,
    )
  }
  if (kind === 'default') return { kind: 'none' }
  if (kind === 'linear') return { kind, factor: needed('factor') }
  const lowFrequencyFactor = needed('low_freq_factor')
  const highFrequencyFactor = needed('high_freq_factor')
  if (lowFrequencyFactor >= highFrequencyFactor) {
    throw new ConfigError(
      `config.json has ${field}.low_freq_factor ${lowFrequencyFactor} and high_freq_factor ${highFrequencyFactor}; expected the low one to be less.`,
    )
  }
  return {
    kind,
    factor: needed('factor'),
    lowFrequencyFactor,
    highFrequencyFactor,
    originalLength: parameters.original_max_position_embeddings ?? maximumPositions,
  }
}
