import { describe, expect, it } from 'vitest'
import { cellName, type FilmCell, familyOf, neighbour, signOf } from './kinds'

const cell = (index: number, row: number, stage: FilmCell['stage'] = 'forward'): FilmCell => ({
  index,
  row,
  stage,
  module: 0,
  layer: `h.${row}.attn`,
  weights: null,
})
const cells = [cell(0, 0), cell(1, 0), cell(2, 0), cell(3, 1), cell(4, 1), cell(5, 2, 'loss')]

describe('the film strip', () => {
  it('knows what a module is', () => {
    expect(familyOf('linear descent')).toBe('linear')
    expect(familyOf('loss gradient')).toBe('loss')
    expect(familyOf('rotary positions')).toBe('other')
    expect([signOf('norm forward'), signOf('norm backward'), signOf('norm descent')]).toEqual(['', '↑', '▾'])
    expect(cellName(cell(3, 1), 'attention forward', ['layer 1', 'layer 2', 'loss'])).toBe(
      'layer 2, attention forward of h.1.attn',
    )
  })

  it('is gone through by arrow keys', () => {
    const from = (index: number, key: string) => neighbour(cells, cells[index]!, key)?.index
    expect(from(1, 'ArrowRight')).toBe(2)
    expect(from(4, 'ArrowRight')).toBe(5)
    expect(from(0, 'ArrowLeft')).toBeUndefined()
    expect(from(2, 'ArrowDown')).toBe(4)
    expect(from(3, 'ArrowUp')).toBe(0)
    expect(from(4, 'ArrowDown')).toBeUndefined()
    expect([from(3, 'Home'), from(3, 'End'), from(3, 'x')]).toEqual([0, 5, undefined])
  })
})
