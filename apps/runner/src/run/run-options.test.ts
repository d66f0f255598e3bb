import { InputError } from '@tintjs/tensor'
import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { parseWorkers } from './run-options'

describe('parseWorkers', () => {
  it('reads a number of processes, and auto', () => {
    expect(['1', '8', '1024', 'auto'].map(parseWorkers)).toEqual([1, 8, 1024, 'auto'])
  })

  it.each(['0', '-1', '1.5', 'Infinity', '1025'])('refuses %s', (text) => {
    expect(() => parseWorkers(text)).toThrow(InputError)
    expect(() => parseWorkers(text)).toThrow(
      `The number of workers is ${text}; expected a whole number from 1 to 1024, or auto.`,
    )
  })

  it.each(['many', '', ' '])('refuses "%s", which is no number', (text) => {
    expect(() => parseWorkers(text)).toThrow(InvalidArgumentError)
  })
})
