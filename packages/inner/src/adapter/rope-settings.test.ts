import { ConfigError } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { defineAdapter } from './adapter'
import { ropeFields, rotaryPositions, rotarySettings } from './rope-settings'

const number = z.number().nullish()
const schema = z.object({ ...ropeFields, rope_theta: number, rotary_pct: number, old_share: number })

function settings(fields: object) {
  const { rope_theta, rotary_pct, old_share, ...rope } = schema.parse(fields)
  return rotarySettings(rope, {
    theta: { name: 'rope_theta', value: rope_theta, fallback: 10_000 },
    share: {
      name: 'rotary_pct',
      value: rotary_pct,
      fallback: 0.25,
      copy: { name: 'old_share', value: old_share },
    },
    maximumPositions: 2048,
  })
}

const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 512 }
const llama3Scaling = {
  kind: 'llama3',
  factor: 8,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalLength: 512,
}

describe('rotarySettings', () => {
  it.each<[string, object, object]>([
    ['nothing', {}, { theta: 10_000, share: 0.25, scaling: { kind: 'none' } }],
    ['null fields', { rope_scaling: null, rope_theta: null }, { theta: 10_000, scaling: { kind: 'none' } }],
    ['an empty rope_scaling', { rope_scaling: {}, rope_theta: 5 }, { theta: 5, scaling: { kind: 'none' } }],
    ['a copy', { rotary_pct: 0.5, old_share: 0.5 }, { share: 0.5 }],
    ['the fields of old files', { rope_theta: 5e5, rotary_pct: 0.5 }, { theta: 5e5, share: 0.5 }],
    [
      'rope_parameters',
      { rope_parameters: { rope_type: 'default', rope_theta: 100, partial_rotary_factor: 0.5 } },
      { theta: 100, share: 0.5, scaling: { kind: 'none' } },
    ],
    [
      'linear scaling of old files',
      { rope_theta: 5, rope_scaling: { type: 'linear', factor: 2 } },
      { theta: 5, scaling: { kind: 'linear', factor: 2 } },
    ],
    ['linear scaling', { rope_parameters: { rope_type: 'linear', factor: 2 } }, { theta: 10_000 }],
    [
      'llama3 scaling of old files',
      { rope_scaling: { rope_type: 'llama3', ...llama3 } },
      { scaling: llama3Scaling },
    ],
    [
      'llama3 scaling without the length before it',
      { rope_parameters: { rope_type: 'llama3', ...llama3, original_max_position_embeddings: null } },
      { scaling: { ...llama3Scaling, originalLength: 2048 } },
    ],
    [
      'the same thing four times',
      {
        rope_theta: 7,
        rope_scaling: { type: 'linear', rope_type: 'linear', factor: 2 },
        rope_parameters: { rope_theta: 7, rope_type: 'linear', factor: 2 },
      },
      { theta: 7, scaling: { kind: 'linear', factor: 2 } },
    ],
  ])('reads %s', (_, fields, expected) => {
    expect(settings(fields)).toMatchObject(expected)
  })

  it.each<[string, object, string]>([
    [
      'two bases',
      { rope_theta: 5, rope_parameters: { rope_theta: 6 } },
      'rope_parameters.rope_theta 6 and rope_theta 5',
    ],
    [
      'two shares',
      { rotary_pct: 0.5, rope_parameters: { partial_rotary_factor: 1 } },
      'partial_rotary_factor 1 and rotary_pct 0.5',
    ],
    ['another copy', { rotary_pct: 0.5, old_share: 0.25 }, 'rotary_pct 0.5 and old_share 0.25'],
    ['a copy of nothing', { old_share: 0.5 }, 'rotary_pct 0.25 by default and old_share 0.5'],
    [
      'a copy that rope_parameters contradicts',
      { rope_parameters: { partial_rotary_factor: 1 }, old_share: 0.5 },
      'rope_parameters.partial_rotary_factor 1 and old_share 0.5',
    ],
    [
      'two scalings',
      { rope_scaling: { type: 'linear', factor: 2 }, rope_parameters: { rope_theta: 5 } },
      'rope_scaling {"type":"linear","factor":2} and rope_parameters {"rope_theta":5}',
    ],
    [
      'two types',
      { rope_scaling: { type: 'linear', rope_type: 'llama3', factor: 2 } },
      'rope_scaling.rope_type "llama3" and rope_scaling.type "linear"',
    ],
    ['no factor', { rope_scaling: { type: 'linear' } }, 'rope_scaling of type "linear" without factor'],
    [
      'no band',
      { rope_parameters: { rope_type: 'llama3', factor: 8 } },
      'rope_parameters of type "llama3" without low_freq_factor',
    ],
    [
      'a band without width',
      { rope_parameters: { rope_type: 'llama3', ...llama3, high_freq_factor: 1 } },
      'low_freq_factor 1 and high_freq_factor 1; expected the low one to be less',
    ],
  ])('refuses %s', (_, fields, words) => {
    expect(() => settings(fields)).toThrow(ConfigError)
    expect(() => settings(fields)).toThrow(words)
  })

  it.each([
    [{ rope_scaling: { type: 'yarn', factor: 4 } }, 'rope_scaling.type is "yarn", which is not supported'],
    [
      { rope_parameters: { rope_type: 'dynamic' } },
      'rope_parameters.rope_type is "dynamic", which is not supported',
    ],
    [{ rope_scaling: { rope_type: 'longrope', long_factor: [1] } }, 'rope_type is "longrope"'],
    [{ rope_parameters: { rope_theta: -1 } }, 'rope_parameters.rope_theta is -1'],
    [{ rope_parameters: { mrope_section: [1] } }, 'Unrecognized key: "mrope_section"'],
    [{ rope_parameters: { full_attention: {} } }, 'Unrecognized key: "full_attention"'],
  ])('in an adapter refuses %j by name', (fields, words) => {
    const adapter = defineAdapter({
      family: 'owl',
      config: schema,
      ignoredFields: [],
      build: () => {
        throw new Error('The configuration was accepted.')
      },
    })
    expect(() => adapter.describe(fields)).toThrow(ConfigError)
    expect(() => adapter.describe(fields)).toThrow(words)
  })
})

describe('a family that turns whole heads', () => {
  const whole = (partial_rotary_factor: number) =>
    rotarySettings(
      { rope_parameters: { partial_rotary_factor } },
      { theta: { name: 'rope_theta', value: null, fallback: 1 }, maximumPositions: 8 },
    )

  it('refuses another share', () => {
    expect(whole(1).share).toBe(1)
    expect(() => whole(0.5)).toThrow(ConfigError)
    expect(() => whole(0.5)).toThrow('rope_parameters.partial_rotary_factor 0.5, which is not supported')
  })
})

describe('rotaryPositions', () => {
  it('turn a share of each head, rounded down', () => {
    const share = (value: number) =>
      rotaryPositions({ theta: 100, share: value, scaling: { kind: 'none' } }, 10, 'halves').frequencies
    expect(share(1)).toHaveLength(5)
    expect(share(0.49)).toEqual([1, 0.1])
    expect(() => share(0.5)).toThrow('turn 5 numbers of a head; expected an even number')
  })
})
