import * as tf from '@tensorflow/tfjs-core'
import type { PlanOptions } from '@tintjs/construct'
import {
  type Adapter,
  blockParameters,
  type InnerModel,
  initialiseInnerModel,
  loadInnerModel,
} from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { type LossGradient, type TrainingStepOptions, tint } from '@tintjs/simulate'
import type { AdapterFixture } from './fixture'

/** A model and a training step of it, on which the contract is tried. */
export interface Subject {
  readonly name: string
  /** Loads or makes the model, which the caller disposes. */
  load(): Promise<InnerModel>
  /** `[batch][N]` */
  readonly tokens: readonly (readonly number[])[]
  readonly lossGradient: LossGradient
  /** The step's options but for its gradient. */
  readonly options: TrainingStepOptions
  /** Sizes of the simulator that are asked for. */
  readonly sizes: PlanOptions
}

/** A step without finite differences, whose rounding nothing amplifies. */
export const analytic = (lossGradient: LossGradient = 'softmax') =>
  tint({ lossGradient, derivative: { kind: 'analytic' } })

/** What a fixture holds. */
export function fixtureSubject(adapter: Adapter, fixture: AdapterFixture): Subject {
  const { name, folder, inputIds, lossGradient, tint: sizes } = fixture
  const length = inputIds[0]?.length ?? 0
  return {
    name,
    load: () => loadInnerModel(folderSource(folder), { adapters: [adapter] }),
    tokens: inputIds,
    lossGradient,
    options: {
      trainLength: fixture.trainLength,
      learningRate: fixture.learningRate,
      steps: fixture.steps,
      layers: fixture.layers,
      updateNormWeights: fixture.updateNormWeights,
      trainMask: fixture.gradientMask ?? undefined,
      attentionMask: fixture.attentionMask ?? undefined,
      positionIds: fixture.positionIds ?? undefined,
    },
    sizes: {
      maxLength: length,
      prefixTokens: sizes?.numPrefixTokens,
      hiddenSize: sizes?.hiddenSize,
      simulatorHeads: sizes?.numHeads,
    },
  }
}

/** How much larger than a fresh model's the matrices are: so that attention looks somewhere, and activations bend. */
const enlargement = 6

/** A model of a configuration with random weights; all that it gives is compared with itself. */
export function configSubject(adapter: Adapter, name: string, config: unknown): Subject {
  const { maximumPositions, vocabularySize } = adapter.describe(config)
  const length = Math.min(18, maximumPositions)
  const row = Array.from({ length }, (_, index) => (index * index * 7 + 3 * index + 1) % vocabularySize)
  return {
    name,
    load: async () => {
      const model = initialiseInnerModel(adapter, config, 1)
      for (const reference of blockParameters(model.description)) {
        const weight = model.weights.get(reference)
        if (weight.rank === 2) model.weights.set(reference, tf.mul(weight, enlargement))
      }
      return model
    },
    tokens: [row],
    lossGradient: 'softmax',
    options: { trainLength: Math.ceil((2 * length) / 3), learningRate: 0.002 },
    sizes: { maxLength: length },
  }
}
