import type { InnerModel } from '@tintjs/inner'
import { trainingStep } from '@tintjs/simulate'

/** The losses of a step, before and after; takes the model with it. */
export async function losses(model: InnerModel): Promise<[before: number, after: number]> {
  const tokens = new TextEncoder().encode('The storks fly south in autumn. The cranes fly south in autumn.')
  const step = await trainingStep(model, tokens, { trainLength: 48, learningRate: 1e-3 })
  const found: [number, number] = [step.lossBefore, step.lossAfter]
  step.dispose()
  model.dispose()
  return found
}
