import { describe, expect, it } from 'vitest'
import { scaleSlots, slotWidthOf } from './slot-scale'

describe('the scale of slots', () => {
  const before = Float32Array.of(2, 2, 100, 100, 1, 1, 0, 0)
  const after = Float32Array.of(4, 2, 100, 50, 1, -1, 0, 0)
  const division = { columns: 4, slotWidth: 2, groups: [1, 1] }

  it('is each one’s own, and the same before and after', () => {
    expect([...scaleSlots(before, [before, after], division)]).toEqual([0.5, 0.5, 1, 1, 1, 1, 0, 0])
    expect([...scaleSlots(after, [before, after], division)]).toEqual([1, 0.5, 1, 0.5, 1, -1, 0, 0])
  })

  it('knows a slot by a value that is in one', () => {
    const rows = { name: 'rows', at: 'prefixes', from: 0, to: 512 } as const
    const value = { name: 'memory', at: 'tokens', from: 512, to: 640 } as const
    expect(slotWidthOf({ reads: [rows], writes: [value] }, 640)).toBe(128)
    expect(slotWidthOf({ reads: [rows], writes: [] }, 640)).toBe(640)
  })
})
