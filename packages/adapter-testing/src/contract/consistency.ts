import type { InnerModel } from '@tintjs/inner'
import { exact, type TrainingStepOptions, tint, trainingStep } from '@tintjs/simulate'
import { expectBalancedTensors, expectClose } from '@tintjs/tensor/testing'
import { expect, it } from 'vitest'
import { measureStep } from '../measured-step'
import { analytic, type Subject } from '../subject'
import { expectLogitsClose, tolerances } from '../tolerances'

/** What holds for a step of any model, without right answers from elsewhere. */
export function registerConsistency(subject: Subject, model: () => InnerModel): void {
  const { tokens, options, lossGradient } = subject

  it('leaves the logits as they are at learning rate 0', async () => {
    const step = await measureStep(model(), tokens, {
      ...options,
      gradient: tint({ lossGradient }),
      learningRate: 0,
    })
    expectLogitsClose(step.logitsAfter, step.logitsBefore, tolerances.rounding)
  })

  it('gives each sequence of a batch what it gets alone', async () => {
    const batch = severalOf(tokens)
    const gradient = analytic(lossGradient)
    const together = await measureStep(model(), batch, { ...options, gradient })
    for (const [index, row] of batch.entries()) {
      const alone = await measureStep(model(), row, { ...options, gradient })
      // Products of other sizes add in another order: float32's rounding, which the step passes on.
      expectClose(together.sequences[index]?.lossAfter ?? Number.NaN, alone.lossAfter, { relative: 1e-5 })
      for (const [name, { shape, data }] of alone.weights) {
        const start = index * data.length
        const own =
          together.weights.get(name)?.data.subarray(start, start + data.length) ?? new Float32Array()
        expectClose({ shape, data: own }, { shape, data }, { absolute: 4e-6, relative: 1e-4 })
      }
    }
  })

  it('leaves no tensor behind, loaded, stepped and stopped at any block', async () => {
    await expectBalancedTensors(async () => {
      const own = await subject.load()
      for (const gradient of [tint({ lossGradient }), exact({ lossGradient })]) {
        await measureStep(own, tokens, { ...options, gradient })
      }
      for (let stopAt = 1; stopAt <= 2 * own.description.blocks.length + 2; stopAt++) {
        await expect(trainingStep(own, tokens, stoppedAt(stopAt, options))).rejects.toThrow('enough')
      }
      own.dispose()
    })
  })
}

function stoppedAt(block: number, options: TrainingStepOptions): TrainingStepOptions {
  const stop = new AbortController()
  const onProgress: TrainingStepOptions['onProgress'] = ({ done }) => {
    if (done === block) stop.abort(new Error('enough'))
  }
  // All layers learn, so that there is a forward and a backward of each block to stop at.
  return { ...options, layers: undefined, signal: stop.signal, onProgress }
}

/** The batch itself, or a single sequence with two others of the same tokens. */
function severalOf(tokens: Subject['tokens']): number[][] {
  const [first = []] = tokens
  if (tokens.length > 1) return tokens.map((row) => [...row])
  return [[...first], first.toReversed(), [...first.slice(3), ...first.slice(0, 3)]]
}
