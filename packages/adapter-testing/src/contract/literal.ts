import { constructTint, planTint, type TintPlan } from '@tintjs/construct'
import type { InnerModel } from '@tintjs/inner'
import { literal, tint } from '@tintjs/simulate'
import { DimensionError } from '@tintjs/tensor'
import { it } from 'vitest'
import { measureStep } from '../measured-step'
import { analytic, type Subject } from '../subject'
import { expectLogitsClose, expectLossClose, expectSameChanges, tolerances } from '../tolerances'

/** The simulator's own operators, run on its state, do the step that fused execution does. */
export function registerLiteral(
  { tokens, options, lossGradient, sizes }: Subject,
  model: () => InnerModel,
): void {
  it('runs literally, in its own simulator, as it does fused: losses, logits and every weight', async (context) => {
    let plan: TintPlan
    try {
      plan = planTint(model().description, sizes)
    } catch (error) {
      if (!(error instanceof DimensionError)) throw error
      return context.skip(`There is no simulator of this model. ${error.message}`)
    }
    const gradient = tint({ lossGradient })
    const updateNormWeights = options.updateNormWeights ?? false
    const simulator = constructTint(model(), plan, { gradient, updateNormWeights })
    try {
      const found = await measureStep(model(), tokens, { ...options, execution: literal(simulator) })
      const fused = await measureStep(model(), tokens, { ...options, gradient })
      const before = await measureStep(model(), tokens, {
        ...options,
        gradient: analytic(lossGradient),
        learningRate: 0,
      })
      expectLogitsClose(found.logitsBefore, fused.logitsBefore, tolerances.logits)
      expectLossClose(found.lossAfter, fused.lossAfter, fused.lossBefore, tolerances.differenceChange)
      expectSameChanges(found.weights, fused.weights, before.weights)
    } finally {
      simulator.dispose()
    }
  })
}
