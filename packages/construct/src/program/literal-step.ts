import * as tf from '@tensorflow/tfjs-core'
import {
  AttentionContext,
  embedTokens,
  headRows,
  integerTensor,
  LearnedParameters,
  type ModelInputs,
  type PredictionRows,
  projectToHead,
  yieldToEvents,
} from '@tintjs/inner'
import { disposeStructure, firstPositions, gatherRows, TintError } from '@tintjs/tensor'
import type { Execution } from '../operators/execution'
import { decodePrefixes } from '../prefixes/decode'
import { groupByLeaf } from '../prefixes/prefix-source'
import { PrefixTable } from '../prefixes/prefix-table'
import type { TintSimulator } from '../simulator'
import { inWholeSlot, tokenSlots } from '../state/state'
import { type BlockProgram, blocksOf } from './program'
import {
  type ModuleObserver,
  type RegisterValues,
  runBlockBackward,
  runBlockForward,
  runModule,
} from './run-block'

/** What is learned at once. */
export interface LearnedTargets {
  readonly train: PredictionRows
  /** The loss gradient covers the first so many tokens of every sequence. */
  readonly learnedPositions: number
}

/** What a literal step is given, checked; all of its targets are learned unless `learn` is told otherwise. */
export interface LiteralStepSettings extends LearnedTargets {
  readonly inputs: ModelInputs
  readonly learningRate: number
  /** How many of the last blocks learn; the final norm always does. */
  readonly layers: number
  readonly onModule?: ModuleObserver | undefined
  /** Called after each block; may throw to stop the step. */
  readonly afterBlock?: ((phase: 'forward' | 'backward') => void) | undefined
}

interface KeptBlock {
  readonly program: BlockProgram
  readonly memory: RegisterValues
}

/**
 * A simulator at work on one input: the same program as often as it is asked for. Each `forward` runs it to the head
 * with the prefixes as they are; `learn` runs the loss, backward and descent modules and leaves changed prefixes. The
 * simulator's own prefixes are never written to.
 */
export class LiteralStep {
  readonly #simulator: TintSimulator
  readonly #settings: LiteralStepSettings
  readonly #prefixes: PrefixTable
  readonly #attention: AttentionContext
  readonly #frozen: readonly BlockProgram[]
  readonly #learning: readonly BlockProgram[]
  #entry: tf.Tensor3D | undefined
  #kept: KeptBlock[] = []
  #headInput: tf.Tensor3D | undefined

  constructor(simulator: TintSimulator, settings: LiteralStepSettings) {
    this.#simulator = simulator
    this.#settings = settings
    this.#prefixes = new PrefixTable(simulator.prefixes)
    this.#attention = new AttentionContext(settings.inputs)
    const blocks = blocksOf(simulator.program)
    const first = simulator.program.blocks.length - settings.layers
    this.#frozen = blocks.slice(0, first)
    this.#learning = blocks.slice(first)
  }

  /**
   * Runs the program to the head. What does not change from round to round, embedding and frozen blocks, runs once.
   *
   * @param keep whether {@link learn} will follow
   * @returns the head's input, `[batch * N, embedding width]`, owned by the caller
   */
  async forward(keep: boolean): Promise<tf.Tensor2D> {
    this.#forget()
    this.#entry ??= await this.#runFrozen()
    const hidden = await this.#runForward(this.#learning, this.#entry, keep)
    const headInput = tf.tidy(() => projectToHead(this.#simulator.model, hidden))
    hidden.dispose()
    if (keep) this.#headInput = tf.clone(headInput)
    const [batch, length, width] = headInput.shape
    const rows = tf.reshape(headInput, [batch * length, width]) as tf.Tensor2D
    headInput.dispose()
    return rows
  }

  /**
   * Loss gradient, backward and descent of the last {@link forward} that was told to keep its memory.
   *
   * @param targets what is learned; default all of the step's
   */
  async learn(targets: LearnedTargets = this.#settings): Promise<void> {
    const { afterBlock } = this.#settings
    const { learnedPositions, train } = targets
    if (learnedPositions === 0) return
    if (this.#headInput === undefined) throw new TintError('learn() was called before forward(true).')
    const execution = this.#execution(learnedPositions, train)
    let gradient = this.#lossGradient(this.#headInput, targets)
    try {
      for (let kept = this.#kept.pop(); kept !== undefined; kept = this.#kept.pop()) {
        try {
          const below = runBlockBackward(kept.program, gradient, kept.memory, this.#run(execution))
          gradient.dispose()
          gradient = below
        } finally {
          disposeStructure(kept.memory)
        }
        afterBlock?.('backward')
        await yieldToEvents()
      }
    } finally {
      gradient.dispose()
      this.#forget()
    }
  }

  /** The inner model's parameters as the prefixes hold them now, owned by the caller. */
  learned(): LearnedParameters {
    const learned = new LearnedParameters(this.#simulator.model.weights)
    const sources = this.#learning.flatMap(({ prefixes }) => prefixes)
    try {
      const { updateNormWeights } = this.#simulator
      const changed = groupByLeaf(sources).filter((chunks) =>
        chunks.some((chunk) => this.#prefixes.holds(chunk)),
      )
      for (const chunks of changed) {
        for (const { reference, value } of decodePrefixes(chunks, this.#prefixes, updateNormWeights)) {
          learned.restore(reference, value)
        }
      }
      return learned
    } catch (error) {
      learned.dispose()
      throw error
    }
  }

  /** Frees everything but what was handed out. */
  dispose(): void {
    this.#forget()
    this.#prefixes.dispose()
    this.#attention.dispose()
    this.#entry?.dispose()
  }

  async #runFrozen(): Promise<tf.Tensor3D> {
    const embedded = embedTokens(this.#simulator.model, this.#settings.inputs)
    try {
      return await this.#runForward(this.#frozen, embedded, false)
    } finally {
      embedded.dispose()
    }
  }

  async #runForward(
    blocks: readonly BlockProgram[],
    input: tf.Tensor3D,
    keep: boolean,
  ): Promise<tf.Tensor3D> {
    const run = this.#run(this.#execution(this.#settings.inputs.length))
    let hidden = tf.clone(input)
    try {
      for (const program of blocks) {
        const { output, memory } = runBlockForward(program, hidden, run, keep)
        if (keep) this.#kept.push({ program, memory })
        hidden.dispose()
        hidden = output
        this.#settings.afterBlock?.('forward')
        await yieldToEvents()
      }
      return hidden
    } catch (error) {
      hidden.dispose()
      this.#forget()
      throw error
    }
  }

  /** The loss module on the first tokens. @returns `[batch, positions, D]`, owned by the caller */
  #lossGradient(headInput: tf.Tensor3D, { learnedPositions, train }: LearnedTargets): tf.Tensor3D {
    const { inputs, onModule } = this.#settings
    const { program, model, dimensions } = this.#simulator
    // One token more: the last target is read from it.
    const execution = this.#execution(Math.min(inputs.length, learnedPositions + 1), train)
    return tf.tidy(() => {
      const ownRows = gatherRows(headRows(model), integerTensor(inputs.tokens))
      const brought = [headInput, ownRows].map((value) =>
        inWholeSlot(firstPositions(value, execution.tokens), dimensions.width),
      )
      const { headInput: headSlot, ownRow } = program.loss.inputs as { headInput: number; ownRow: number }
      const contents = new Map([
        [headSlot, brought[0]],
        [ownRow, brought[1]],
      ])
      const before = { tokens: tokenSlots(dimensions.slots, contents), prefixes: {} }
      const after = runModule(program.loss, before, execution)
      const call = { kind: 'module', module: program.loss, layer: 'loss', inputs: {}, outputs: {} } as const
      onModule?.({ call, pass: 'backward', before, after, execution })
      const gradient = after.tokens[program.loss.outputs.gradient as number]
      if (gradient === undefined) throw new TintError('The loss module gave no gradient.')
      return tf.clone(firstPositions(gradient, learnedPositions))
    })
  }

  #run(execution: Execution) {
    return { execution, prefixes: this.#prefixes, onModule: this.#settings.onModule }
  }

  #execution(tokens: number, train: PredictionRows = this.#settings.train): Execution {
    const { model, dimensions } = this.#simulator
    const { learningRate, inputs } = this.#settings
    return {
      dimensions,
      learningRate,
      attention: this.#attention,
      positionIds: inputs.positionIds,
      tokens,
      train: rowsWithin(train, inputs.length, tokens),
      model,
    }
  }

  #forget(): void {
    for (const { memory } of this.#kept) disposeStructure(memory)
    this.#kept = []
    this.#headInput?.dispose()
    this.#headInput = undefined
  }
}

/** Rows of `[batch * length]` as rows of `[batch * tokens]`, for the first `tokens` of each sequence. */
function rowsWithin({ rows, targets }: PredictionRows, length: number, tokens: number): PredictionRows {
  if (length === tokens) return { rows, targets }
  return { rows: rows.map((row) => Math.floor(row / length) * tokens + (row % length)), targets }
}
