import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AddressBar } from './address-bar'

describe('the address bar', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('shows a few changes at once', () => {
    const shown: string[] = []
    const bar = new AddressBar((address) => shown.push(address), Date.now)
    for (const address of ['#a', '#b', '#c']) bar.show(address)
    expect(shown).toEqual(['#a', '#b', '#c'])
  })

  it('shows no more than browsers take while a line is dragged, and the last one in the end', () => {
    const shown: string[] = []
    const bar = new AddressBar((address) => shown.push(address), Date.now)
    for (let move = 0; move < 1800; move++) {
      bar.show(`#${move}`)
      vi.advanceTimersByTime(1000 / 60)
    }
    expect(shown.length).toBeGreaterThan(50)
    expect(shown.length).toBeLessThan(100)
    vi.advanceTimersByTime(1000)
    expect(shown.at(-1)).toBe('#1799')
  })
})
