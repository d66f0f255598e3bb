import { describe, expect, it } from 'vitest'
import type { ByteLoss } from '../demo-report'
import { textPicture } from './text-picture'

/** Losses of the bytes from `start` on, each with the gain that is given. */
function gains(text: string, start: number, values: readonly number[]): [Uint8Array, ByteLoss[]] {
  const bytes = new TextEncoder().encode(text)
  const losses = values.map((gain, index) => ({
    position: start + index,
    byte: bytes[start + index]!,
    lossBefore: 3,
    lossAfter: 3 - gain,
  }))
  return [bytes, losses]
}

describe('textPicture', () => {
  it('marks what became better and worse below each line', () => {
    const picture = textPicture(...gains('abcdef\ng', 3, [0.5, 0, -0.2, 2, 0.4]), 80, false).split('\n')
    expect(picture[0]).toBe('abc')
    expect(picture.slice(2, 6)).toEqual(['def↵', '+ -+', 'g', '+'])
  })

  it('breaks long lines', () => {
    const picture = textPicture(...gains('abcdefgh', 2, [1, 1, 1, -1, -1, -1]), 4, false).split('\n')
    expect(picture.slice(2, 6)).toEqual(['cdef', '+++-', 'gh', '--'])
  })

  it('adds the bytes of a character up', () => {
    const picture = textPicture(...gains('aé!', 1, [0.4, -0.6, 0]), 80, false).split('\n')
    expect(picture.slice(2, 4)).toEqual(['é!', '-'])
  })

  it('colours better blue and worse orange', () => {
    const picture = textPicture(...gains('abcd', 1, [2, 0, -2]), 80, true)
    expect(picture).toContain('\u001b[38;5;231;48;5;26mb\u001b[0mc\u001b[38;5;231;48;5;166md\u001b[0m')
  })

  it('lets no control character of the text through', () => {
    const picture = textPicture(...gains('a\u001b[2J\u0007\u202e', 1, [1, 1, 1, 1, 1, 0, 0, 0]), 80, false)
    expect(picture).toContain('·[2J··')
    for (const control of ['\u001b', '\u0007', '\u202e']) expect(picture).not.toContain(control)
  })
})
