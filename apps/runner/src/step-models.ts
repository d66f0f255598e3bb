import type { TintSimulator } from '@tintjs/construct'
import { loadTint } from '@tintjs/construct/node'
import type { InnerModel } from '@tintjs/inner'
import type { Command } from 'commander'
import { UsageError } from './failures'
import { adapters } from './families'
import { interruption } from './interruption'
import { modelFolder } from './models'
import type { Progress } from './output/progress'
import { loadModel, timed } from './session'
import { constructFor, type ExecutionOptions, type StepDesign } from './simulator-options'

/** The options that name what a step runs. */
export interface StepModelOptions extends ExecutionOptions {
  readonly model?: string
  readonly simulator?: string
}

/** What a step runs: a model, and the simulator where it is executed literally. */
export interface StepModels {
  readonly model: InnerModel
  readonly simulator: TintSimulator | undefined
  readonly seconds: { readonly load: number; readonly construct: number }
  dispose(): void
}

/** Options that a saved simulator has decided. */
const decided = [
  ['prefixTokens', '--prefix-tokens'],
  ['hiddenSize', '--hidden-size'],
  ['simulatorHeads', '--simulator-heads'],
  ['maxLength', '--max-length'],
] as const

/** @throws UsageError unless one of model and simulator is named, and nothing that the simulator has decided */
export function checkStepModels(options: StepModelOptions, command: Command): void {
  const { model, simulator } = options
  if (model === undefined && simulator === undefined) {
    throw new UsageError('tint step needs --model or --simulator; give one of them.')
  }
  if (simulator === undefined) return
  if (model !== undefined) {
    throw new UsageError(
      '--simulator holds its inner model and --model names another; give one of them, not both.',
    )
  }
  if (options.execution === 'fused' && isGiven(command, 'execution')) {
    throw new UsageError('--simulator is executed literally; leave out --execution fused, or give --model.')
  }
  const size = decided.find(([name]) => isGiven(command, name))
  if (size !== undefined) {
    throw new UsageError(`--simulator has its sizes already; leave out ${size[1]}, or construct another one.`)
  }
}

/** Whether an option was written on the command line, and is not a default. */
export function isGiven(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === 'cli'
}

/** The folder of the model or of the simulator. */
export async function stepFolder({ model, simulator }: StepModelOptions): Promise<string> {
  if (simulator === undefined) return modelFolder(model ?? '')
  return simulator
}

/**
 * Loads what a step runs.
 *
 * @param folder from {@link stepFolder}
 * @returns owned by the caller
 */
export async function loadStepModels(
  options: StepModelOptions,
  folder: string,
  design: StepDesign,
  progress: Progress,
): Promise<StepModels> {
  if (options.simulator !== undefined) {
    const { value, seconds } = await timed(() => loadSimulator(folder, progress))
    const { model, simulator } = value
    return { model, simulator, seconds: { load: seconds, construct: 0 }, dispose: value.dispose }
  }
  const model = await loadModel(folder, progress)
  try {
    const simulator = await constructFor(model.value, options, design)
    return {
      model: model.value,
      simulator: simulator?.value,
      seconds: { load: model.seconds, construct: simulator?.seconds ?? 0 },
      dispose: () => {
        simulator?.value.dispose()
        model.value.dispose()
      },
    }
  } catch (error) {
    model.value.dispose()
    throw error
  }
}

function loadSimulator(folder: string, progress: Progress) {
  return loadTint(folder, {
    adapters: adapters(),
    signal: interruption.signal,
    onProgress: ({ loadedBytes, totalBytes }) => progress.update('loading', loadedBytes, totalBytes),
  })
}
