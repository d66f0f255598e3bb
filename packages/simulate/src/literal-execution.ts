import type * as tf from '@tensorflow/tfjs-core'
import type { LiteralStep, TintSimulator } from '@tintjs/construct'
import type { LearnedParameters } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { Execution, ForwardPurpose, StepExecution } from './step-execution'
import type { TrainPart } from './train-parts'

/**
 * Runs a simulator's own modules on its state, operator by operator. The step follows the gradient that the simulator was
 * constructed for.
 *
 * @param simulator of the model that the step is given; stays the caller's
 */
export function literal(simulator: TintSimulator): Execution {
  return {
    name: 'literal',
    design: { gradient: simulator.gradient, updateNormWeights: simulator.updateNormWeights },
    start(model, plan, { afterBlock }) {
      if (model !== simulator.model) {
        throw new InputError(
          'The simulator was constructed for another model; expected the model that the step is given.',
        )
      }
      const { inputs, learningRate, layers, train, learnedPositions, parts } = plan
      return new LiteralExecution(
        simulator.start({ inputs, learningRate, layers, train, learnedPositions, afterBlock }),
        parts,
      )
    },
  }
}

class LiteralExecution implements StepExecution {
  readonly #step: LiteralStep
  readonly #parts: readonly TrainPart[]
  #part: TrainPart | undefined
  #headInput: tf.Tensor2D | undefined

  constructor(step: LiteralStep, parts: readonly TrainPart[]) {
    this.#step = step
    this.#parts = parts
  }

  async forward({ keep, part }: ForwardPurpose): Promise<tf.Tensor2D> {
    this.#headInput?.dispose()
    this.#headInput = undefined
    this.#part = this.#parts[part]
    this.#headInput = await this.#step.forward(keep)
    return this.#headInput
  }

  learn(): Promise<void> {
    return this.#step.learn(this.#part)
  }

  learned(): LearnedParameters {
    return this.#step.learned()
  }

  dispose(): void {
    this.#headInput?.dispose()
    this.#step.dispose()
  }
}
