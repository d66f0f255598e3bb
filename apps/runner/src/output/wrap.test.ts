import { describe, expect, it } from 'vitest'
import { pairsText } from './print'
import { hangingParagraph, paragraph } from './wrap'

describe('paragraph', () => {
  it('breaks between words where a line is full', () => {
    expect(paragraph('one two three four', 9)).toBe('one two\nthree\nfour')
  })

  it('leaves long words whole', () => {
    expect(paragraph('a node_modules/of/somebody b', 10)).toBe('a\nnode_modules/of/somebody\nb')
  })
})

describe('hangingParagraph', () => {
  it('aligns the lines', () => {
    expect(hangingParagraph('memory of this machine in gigabytes', 4, 28)).toBe(
      'memory of this machine\n    in gigabytes',
    )
  })

  it('does not break where there is no room beside the indent', () => {
    expect(hangingParagraph('a b c d e f g h i j k l m n', 10, 20)).not.toContain('\n')
  })
})

describe('pairsText', () => {
  const pairs = { time: '66 ms to load, 93 ms for the step', saved: ['a (1 file)', 'b (2 files)'] }

  it('gives each of several values a line', () => {
    expect(pairsText(pairs, 80)).toBe(
      'time   66 ms to load, 93 ms for the step\nsaved  a (1 file)\n       b (2 files)',
    )
  })

  it('breaks long values below their beginning', () => {
    expect(pairsText(pairs, 30)).toContain('time   66 ms to load, 93 ms\n       for the step\n')
  })
})
