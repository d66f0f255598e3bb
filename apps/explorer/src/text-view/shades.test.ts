import { visibleText } from '@tintjs/evaluate/page'
import { describe, expect, it } from 'vitest'
import { lossesOf, shadeOf, visibleToken } from './shades'

describe('the colours of the text', () => {
  it('are blue where learning helped, orange where it did harm, and none where it did little', () => {
    expect(shadeOf('gain', { before: 3, after: 1 })).toBe('better4')
    expect(shadeOf('gain', { before: 1, after: 1.25 })).toBe('worse2')
    expect(shadeOf('gain', { before: 1, after: 1.01 })).toBe('')
  })

  it('grow with a loss', () => {
    const losses = { before: 0.4, after: 4 }
    expect(shadeOf('before', losses)).toBe('')
    expect(shadeOf('after', losses)).toBe('loss3')
  })

  it('are those of all tokens that spell a piece', () => {
    const readings = { before: Float32Array.of(0, 1, 2, 4), after: Float32Array.of(0, 0.5, 1, 4) }
    expect(lossesOf(readings, 1, 3)).toEqual({ before: 3, after: 1.5 })
  })

  it('hide nothing', () => {
    expect(visibleText('a\u0000b\n')).toBe('a·b↵\n')
    expect(visibleToken(' the\n')).toBe('␣the↵')
  })
})
