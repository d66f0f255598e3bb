import {
  blockParameters,
  type Checkpoint,
  describeInnerModel,
  frozenParameters,
  type InnerModelDescription,
  parameterSize,
  type WeightReference,
} from '@tintjs/inner'
import { CheckpointError } from '@tintjs/tensor'
import type { Command } from 'commander'
import { addEngineOptions, type CommonOptions } from '../command-options'
import { modelTree } from '../layer-tree'
import { adapters, describedSource, isFolder, modelShapes } from '../models'
import { type InspectReport, inspectText } from '../output/inspect-text'
import { printJson } from '../output/print'

interface InspectOptions extends CommonOptions {
  readonly all?: true
}

/** Adds the arguments, options and action of `tint inspect`. */
export function configure(command: Command): void {
  command
    .argument('<model>', "a checkpoint's folder, a model that comes with tint, or a shape such as opt-125m")
    .option('--all', 'show every block, not equal ones once')
  addEngineOptions(command, 'taken as everywhere, but not used: inspecting starts no engine').action(run)
}

async function run(model: string, options: InspectOptions): Promise<void> {
  const report = await inspect(model)
  if (options.json) printJson(report)
  else process.stdout.write(inspectText(report, options.all ?? false))
}

/** Reads a configuration and headers, no numbers: no engine is started. */
async function inspect(model: string): Promise<InspectReport> {
  const shape = modelShapes.find(({ name }) => name === model)
  if (shape !== undefined && !(await isFolder(model))) {
    return report(model, shape.adapter.describe(shape.config), null, null)
  }
  const source = await describedSource(model).catch(withShapes)
  const { description, checkpoint, unusedTensors } = await describeInnerModel(source, { adapters })
  return report(model, description, checkpoint, unusedTensors)
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
  description: InnerModelDescription,
  checkpoint: Checkpoint | null,
  unusedTensors: readonly string[] | null,
): InspectReport {
  const { family, width, heads, vocabularySize, maximumPositions, blocks } = description
  const frozen = sizeOf(frozenParameters(description))
  const learnable = sizeOf(blockParameters(description))
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

function sizeOf(references: readonly WeightReference[]): number {
  return references.reduce((total, reference) => total + parameterSize(reference), 0)
}
