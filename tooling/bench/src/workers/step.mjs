/** A round is one training step of a model of random weights: fused or literal, TinT's or exact. */
import { constructTint, planTint } from '@tintjs/construct'
import {
  exact,
  fused,
  literal,
  literalStepArithmetic,
  stepArithmetic,
  tint,
  trainingStep,
} from '@tintjs/simulate'
import { measureKernelTimes, measureMatrixProductRate } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { randomModel, spreadIds } from './random-model.mjs'
import { serve, timed } from './serve.mjs'

/** Changes little in a model of random weights. */
const learningRate = 1e-5

await serve(async (settings) => {
  const { engine, config, length, trainLength, gradient, scoreBefore = true, execution = 'fused' } = settings
  await useEngine(engine)
  const model = randomModel(config)
  const { description } = model
  const choice = gradient === 'exact' ? exact() : tint()
  const simulator = execution === 'literal' ? await timed(() => constructLiteral(model)) : undefined
  const ids = spreadIds(description.vocabularySize, length)
  const options = {
    trainLength,
    learningRate,
    scoreBefore,
    gradient: choice,
    execution: simulator === undefined ? fused() : literal(simulator.value),
  }
  const step = async () => {
    const { value, seconds } = await timed(() => trainingStep(model, ids, options))
    const { lossBefore = null, lossAfter } = value
    value.dispose()
    return { seconds, lossBefore, lossAfter }
  }
  // The first one warms caches and compilers up.
  await step()
  const sizes = { length, trainLength, gradient: choice, scoreBefore }
  const operations =
    simulator === undefined
      ? stepArithmetic(description, sizes)
      : literalStepArithmetic(description, simulator.value, sizes)
  return {
    facts: { gflop: operations / 1e9, constructSeconds: simulator?.seconds ?? null },
    jobs: {
      round: step,
      rate: async () => ({ gflopPerSecond: await measureMatrixProductRate(settings.rateSize, 9) }),
      profile: async () => {
        const { result, seconds, kernelTimes } = await measureKernelTimes(step)
        return { ...result, seconds, kernelTimes }
      },
    },
  }
})

function constructLiteral(model) {
  return constructTint(model, planTint(model.description))
}
