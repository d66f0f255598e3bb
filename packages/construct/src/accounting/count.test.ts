import { gpt2, gpt2Shapes } from '@tintjs/inner-gpt2'
import { opt, optShapes } from '@tintjs/inner-opt'
import { describe, expect, it } from 'vitest'
import { planTint } from '../plan/plan-tint'
import { designTint } from '../simulator'
import { programArithmetic } from './arithmetic'
import { countParameters, type ParameterAccount } from './count'
import { authorsCodeOpt125m, paperAccount } from './paper'

function account(config: unknown, layers?: number, family = opt): ParameterAccount {
  const description = family.describe(config)
  const plan = planTint(description)
  return countParameters(description, designTint(description, plan), plan.dimensions, layers)
}

describe('counting parameters', () => {
  it("stays below the authors' code and the paper's table for OPT-125M", () => {
    const { simulator, distinct } = account(optShapes['opt-125m'])
    expect(simulator).toBeLessThan(authorsCodeOpt125m)
    expect(simulator).toBeLessThan(1.2e9)
    expect(distinct).toBeLessThan(simulator)
  })

  it('is the arithmetic of docs/construction.md by hand, for a linear layer of GPT-2', () => {
    const { modules } = account(gpt2Shapes.gpt2, undefined, gpt2)
    const [width, prefixes, heads, positions] = [3072, 256, 12, 1024 + 256]
    const cross = prefixes * heads ** 2
    const gate = 2 * positions
    const images = positions * prefixes + heads
    // Moving the input to memory; then queries (with constants), keys, values, output, and two images of positions.
    const forward = cross + gate + 4 * cross + width + 2 * images + gate
    // Queries are one-hots of prefixes for the rows, so that one image serves both groups.
    const descent = 4 * cross + images + width + gate
    const of = (kind: string) => modules.find((count) => count.kind === kind)!
    // Four of attention and four up, four down, in chunks of the model's width; all have a bias but in the down chunks.
    expect(of('linear forward').modules).toBe(12 * 12)
    const withoutBias = forward - images - width
    expect(of('linear forward').parameters).toBe(12 * (9 * forward + 3 * withoutBias))
    expect(of('linear descent').parameters).toBe(12 * (7 * descent + 3 * (descent - width)))
    expect(of('linear forward').distinctModules).toBe(2)
  })

  it('adds up, and leaves backward and descent out below the layers that learn', () => {
    const all = account(optShapes['opt-125m'])
    const last = account(optShapes['opt-125m'], 1)
    const sum = all.modules.reduce((total, { parameters }) => total + parameters, all.prefixes + all.frozen)
    expect(all.simulator).toBe(sum)
    expect(all.inner).toBe(125_239_296)
    const counts = (kind: string) =>
      [all, last].map(({ modules }) => modules.find((count) => count.kind === kind)!.modules)
    expect(counts('linear forward')).toEqual([144, 144])
    expect(counts('linear backward')).toEqual([120, 10])
    expect(counts('norm descent')).toEqual([25, 3])
  })

  it("has the paper's formulas: 1.29, 3.79, 7.23 and 14.37 billion", () => {
    const totals = ['opt-125m', 'opt-350m', 'opt-1.3b', 'opt-2.7b'].map((name) => {
      const description = opt.describe(optShapes[name as keyof typeof optShapes])
      const { dimensions } = planTint(description)
      return Number((paperAccount(dimensions, description.blocks.length).total / 1e9).toFixed(2))
    })
    expect(totals).toEqual([1.29, 3.79, 7.23, 14.37])
  })
})

describe('counting arithmetic', () => {
  it('is that of the inner model, and a matrix product for each norm', () => {
    const description = gpt2.describe(gpt2Shapes.gpt2)
    const plan = planTint(description)
    const program = designTint(description, plan)
    const sizes = { length: 512, learnedPositions: 357 }
    const { forward, backward } = programArithmetic(program, plan.dimensions, sizes)
    const square = 768 ** 2
    expect(forward).toBe(2 * 512 * square * (12 * (12 + 2) + 1) + 12 * 4 * 512 ** 2 * 768)
    // Values, output and MLP go back and learn; norms go back.
    expect(backward).toBe(2 * 357 * square * (12 * (20 + 2) + 1) + 12 * 4 * 357 ** 2 * 768)
  })
})
