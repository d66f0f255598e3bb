import { gpt2, gpt2Shapes } from '@tintjs/inner-gpt2'
import { describe, expect, it } from 'vitest'
import { modelTree } from '../layer-tree'
import { treeText } from './tree-text'

const tree = modelTree(gpt2.describe(gpt2Shapes.gpt2))

describe('treeText', () => {
  it('draws equal blocks once, with their parameters in a column', () => {
    const lines = treeText(tree, false).split('\n')
    expect(lines.filter((line) => line.includes('block'))).toEqual([
      '12 x block  transformer.h.0 ... transformer.h.11   7,087,872 each',
    ])
  })

  it('cuts words where the terminal is narrow, and no number', () => {
    const lines = treeText(tree, false, 50).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBe(50)
    expect(lines).toContain('12 x block  transformer.h.0 ... …   7,087,872 each')
  })
})
