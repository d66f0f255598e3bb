import type { LossGradient } from '@tintjs/inner'
import { type Step, tokenStep } from '../operators/operator'
import { signalSlot, type TintModule } from './module'

const ownRowSlot = 1
const expectedSlot = 2
const targetSlot = 3

/**
 * The loss gradient at the head's input, `E^T prediction - E^T onehot`, at tokens that predict a training target and zero
 * elsewhere. Takes the head's input and each token's own row of the head; the next token's row is the target's.
 *
 * @param projected whether the head has a projection of its own, which the gradient passes back through
 */
export function lossModule(lossGradient: LossGradient, projected: boolean): TintModule {
  const throughProjection: Step[] = projected
    ? [tokenStep({ kind: 'headProjectionBackward', slot: signalSlot }, 'replace')]
    : []
  return {
    kind: 'loss gradient',
    steps: [
      tokenStep(
        { kind: 'vocabularyPerceptron', lossGradient, fromSlot: signalSlot, intoSlot: expectedSlot },
        'add',
      ),
      tokenStep({ kind: 'nextTokenAttention', fromSlot: ownRowSlot, intoSlot: targetSlot }, 'add'),
      tokenStep(
        {
          kind: 'crossHeadLinear',
          terms: [
            { into: signalSlot, from: expectedSlot },
            { into: signalSlot, from: targetSlot, coefficient: -1 },
          ],
        },
        'replace',
      ),
      ...throughProjection,
    ],
    inputs: { headInput: signalSlot, ownRow: ownRowSlot },
    outputs: { gradient: signalSlot },
    prefixes: 'unused',
  }
}
