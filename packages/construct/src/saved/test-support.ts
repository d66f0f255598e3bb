import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import {
  type Adapter,
  allParameters,
  checkInputs,
  type InnerModel,
  initialiseInnerModel,
  predictionLosses,
  predictionRows,
} from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import {
  type ConstructOptions,
  constructTint,
  type PlanOptions,
  planTint,
  type TintSimulator,
} from '../index'

export const adapters: readonly Adapter[] = [gpt2, opt]

/** A small GPT-2 whose MLP is wider than the model, and not by a whole number. */
export const smallConfig = {
  model_type: 'gpt2',
  n_embd: 12,
  n_head: 2,
  n_layer: 2,
  n_inner: 30,
  n_positions: 24,
  vocab_size: 17,
}

/** A place for files that a test suite removes. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tint-saved-'))
}

/** Removes {@link temporaryFolder}. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true })
}

/** A model with random weights, in biases and norms too, so that none of them can get lost unseen. */
function randomModel(config: { readonly model_type: string }, seed = 1): InnerModel {
  const model = initialiseInnerModel(config.model_type === 'gpt2' ? gpt2 : opt, config, seed)
  allParameters(model.description).forEach((reference, index) => {
    const value = model.weights.get(reference)
    model.weights.set(
      reference,
      tf.tidy(() => tf.add(value, tf.randomUniform(value.shape, -0.1, 0.1, 'float32', seed * 1000 + index))),
    )
  })
  return model
}

/** A simulator of a random model; `dispose` frees both. */
export function randomSimulator(
  config: { readonly model_type: string },
  { plan = {}, options = {} }: { plan?: PlanOptions; options?: ConstructOptions } = {},
) {
  const model = randomModel(config)
  const simulator = constructTint(model, planTint(model.description, plan), options)
  const dispose = () => {
    simulator.dispose()
    model.dispose()
  }
  return { model, simulator, dispose }
}

/** What a literal step computes: losses before and after, and all weights that it changed, as numbers. */
export async function literalStep(simulator: TintSimulator, sequences: readonly (readonly number[])[]) {
  const { model } = simulator
  const inputs = checkInputs(model.description, sequences)
  const trainLength = Math.ceil(inputs.length / 2)
  const all = sequences.keys()
  const train = predictionRows(inputs, [...all], (_, t) => t >= 1 && t < trainLength)
  const test = predictionRows(inputs, sequences.keys(), (_, t) => t >= trainLength)
  const layers = model.description.blocks.length
  const learnedPositions = trainLength - 1
  const step = simulator.start({ inputs, learningRate: 0.05, layers, train, learnedPositions })
  try {
    const lossesOf = async (keep: boolean) => {
      const headInput = await step.forward(keep)
      const losses = await predictionLosses(model, headInput, test)
      headInput.dispose()
      return losses
    }
    const before = await lossesOf(true)
    await step.learn()
    const after = await lossesOf(false)
    const learned = step.learned()
    const weights: Record<string, Float32Array> = {}
    for (const [index, reference] of allParameters(model.description).entries()) {
      const value = learned.materialise(reference, sequences.length)
      weights[`${index}.${reference.name}`] = await value.data<'float32'>()
      value.dispose()
    }
    learned.dispose()
    return { before, after, weights }
  } finally {
    step.dispose()
  }
}

/** The files of a folder with their contents, in memory of their own. */
export function readFolder(folder: string): Record<string, Uint8Array> {
  const names = readdirSync(folder)
  return Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]))
}
