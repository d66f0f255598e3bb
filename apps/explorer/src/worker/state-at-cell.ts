import {
  constructTint,
  denseState,
  type LiteralStep,
  type ModuleEvent,
  type ModuleObserver,
  planTint,
  type TintSimulator,
  type TintState,
} from '@tintjs/construct'
import { checkInputs, type ModelInputs, predictionRows } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { InputOf, OutputOf } from '../protocol/tasks'
import { trainLengthOf } from '../settings/train-length'
import { currentModel } from './loaded-model'
import type { TaskContext } from './performers'
import { simulatedGradient } from './simulated-gradient'
import { layersOf } from './step-options'
import { tokenLabel, tokensForStep } from './token-text'

type CellState = OutputOf<'state'>

/** What is read of the simulator when it comes to the cell. */
type Snapshot = Pick<CellState, 'before' | 'after'> & { readonly positions: number }

/**
 * Runs the simulator itself, by its own operators, on the beginning of a text, up to one module, and gives its state
 * before and after that.
 *
 * @throws InputError for a cell that the pass does not have
 */
export async function stateAtCell(input: InputOf<'state'>, context: TaskContext): Promise<CellState> {
  const loaded = currentModel()
  const { model, tokenizer } = loaded
  const ids = tokensForStep(input.text, loaded).ids.subarray(0, input.tokens)
  const trainLength = trainLengthOf(input.choices.share, ids.length)
  const plan = planTint(model.description, { maxLength: ids.length })
  context.report('constructing the simulator', 0, 1)
  const simulator = constructTint(model, plan, { gradient: simulatedGradient(input.choices) })
  try {
    const inputs = checkInputs(model.description, ids)
    const { positions, ...state } = await snapshotAt(simulator, inputs, trainLength, input, context)
    return {
      cell: input.cell,
      prefixTokens: plan.dimensions.prefixTokens,
      columns: plan.dimensions.hiddenSize,
      tokens: Array.from(ids.subarray(0, positions), (id) => tokenLabel(id, tokenizer)),
      trainLength,
      ...state,
    }
  } finally {
    simulator.dispose()
  }
}

/** Thrown between two blocks once there is nothing left to see. */
class SeenEnough extends Error {}

async function snapshotAt(
  simulator: TintSimulator,
  inputs: ModelInputs,
  trainLength: number,
  { cell, choices }: InputOf<'state'>,
  { signal, report }: TaskContext,
): Promise<Snapshot> {
  let snapshot: Snapshot | undefined
  let seen = 0
  const onModule: ModuleObserver = (event) => {
    if (seen++ === cell) snapshot = snapshotOf(event)
  }
  const step = simulator.start({
    inputs,
    train: predictionRows(inputs, [0], (_, token) => token >= 1 && token < trainLength),
    learnedPositions: trainLength - 1,
    learningRate: choices.learningRate,
    layers: layersOf(choices, simulator.model.description.blocks.length),
    onModule,
    afterBlock: () => {
      signal.throwIfAborted()
      report('running the simulator, operator by operator', Math.min(seen, cell), cell + 1)
      if (snapshot !== undefined) throw new SeenEnough()
    },
  })
  await runPass(step)
  if (snapshot !== undefined) return snapshot
  throw new InputError(
    `There is no module ${cell} in this pass, which has ${seen}; choose one of the film strip.`,
  )
}

/** Forward, learning, forward again, as far as anybody wants to see it. */
async function runPass(step: LiteralStep): Promise<void> {
  try {
    const first = await step.forward(true)
    first.dispose()
    await step.learn()
    const last = await step.forward(false)
    last.dispose()
  } catch (error) {
    if (!(error instanceof SeenEnough)) throw error
  } finally {
    step.dispose()
  }
}

function snapshotOf({ before, after, execution }: ModuleEvent): Snapshot {
  const { dimensions, tokens } = execution
  const numbers = (state: TintState) => {
    const dense = denseState(state, dimensions, { batch: 1, tokens })
    const values = dense.dataSync<'float32'>()
    dense.dispose()
    // A copy: what an engine gives may be a view of its memory.
    return Float32Array.from(values)
  }
  return { before: numbers(before), after: numbers(after), positions: tokens }
}
