import { modelShapes } from '@tintjs/families'
import {
  blockParameters,
  type Checkpoint,
  describeInnerModel,
  frozenParameters,
  type InnerModelDescription,
  parameterCount,
} from '@tintjs/inner'
import { CheckpointError } from '@tintjs/tensor'
import type { Command } from 'commander'
import { addAdapterOption, addEngineOptions, type CommonOptions } from '../command-options'
import { adapters } from '../families'
import { modelTree } from '../layer-tree'
import { describedSource, isFolder } from '../models'
import { type InspectReport, inspectText } from '../output/inspect-text'
import { printJson } from '../output/print'
import { shapesText } from '../output/simulator-text'
import { addSimulatorSizeOptions, planWhereItFits, type SimulatorSizeOptions } from '../simulator-options'
import { shapeReports, simulatorReport } from '../simulator-report'

interface InspectOptions extends CommonOptions, SimulatorSizeOptions {
  readonly all?: true
}

/** Adds the arguments, options and action of `tint inspect`. */
export function configure(command: Command): void {
  command
    .argument(
      '<model>',
      "a checkpoint's folder, a model that comes with tint, or a shape such as opt-125m; `shapes` lists those",
    )
    .option('--all', 'show every block, not equal ones once')
  addSimulatorSizeOptions(command)
  addAdapterOption(command)
  addEngineOptions(command, 'taken as everywhere, but not used: inspecting starts no engine').action(run)
}

async function run(model: string, options: InspectOptions): Promise<void> {
  if (model === 'shapes' && !(await isFolder(model))) return listShapes(options)
  const report = await inspect(model, options)
  if (options.json) printJson(report)
  else process.stdout.write(inspectText(report, options.all ?? false))
}

function listShapes(options: InspectOptions): void {
  const shapes = shapeReports(options)
  if (options.json) printJson({ shapes })
  else process.stdout.write(shapesText(shapes))
}

/** Reads a configuration and headers, no numbers: no engine is started. */
async function inspect(model: string, options: InspectOptions): Promise<InspectReport> {
  const shape = modelShapes.find(({ name }) => name === model)
  if (shape !== undefined && !(await isFolder(model))) {
    return report(model, options, shape.adapter.describe(shape.config), null, null)
  }
  const source = await describedSource(model).catch(withShapes)
  const { description, checkpoint, unusedTensors } = await describeInnerModel(source, {
    adapters: adapters(),
  })
  return report(model, options, description, checkpoint, unusedTensors)
}

/** A name that is no model may be a misspelt shape. */
function withShapes(error: unknown): never {
  if (!(error instanceof CheckpointError)) throw error
  const names = modelShapes.map(({ name }) => name).join(', ')
  throw new CheckpointError(`${error.message} Shapes without weights can be inspected too: ${names}.`, {
    cause: error,
  })
}

function report(
  model: string,
  options: InspectOptions,
  description: InnerModelDescription,
  checkpoint: Checkpoint | null,
  unusedTensors: readonly string[] | null,
): InspectReport {
  const { family, width, heads, vocabularySize, maximumPositions, blocks } = description
  const frozen = parameterCount(frozenParameters(description))
  const learnable = parameterCount(blockParameters(description))
  const plan = planWhereItFits(description, options)
  return {
    model,
    family,
    width,
    heads,
    blocks: blocks.length,
    vocabularySize,
    maximumPositions,
    parameters: { inner: frozen + learnable, frozen, learnable },
    checkpoint: checkpoint === null ? null : storage(checkpoint),
    unusedTensors,
    simulator: plan === undefined ? null : simulatorReport(description, plan),
    tree: modelTree(description),
  }
}

function storage({ tensors }: Checkpoint): NonNullable<InspectReport['checkpoint']> {
  const entries = [...tensors.values()]
  return {
    tensors: entries.length,
    bytes: entries.reduce((total, { start, end }) => total + end - start, 0),
    types: [...new Set(entries.map(({ type }) => type))].sort(),
  }
}
