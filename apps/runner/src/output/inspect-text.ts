import type { TreeNode } from '../layer-tree'
import type { SimulatorReport } from '../simulator-report'
import { bytesText, countText } from './numbers'
import { pairsText } from './print'
import { simulatorText } from './simulator-text'
import { treeText } from './tree-text'

/** What `tint inspect --json` prints. */
export interface InspectReport {
  readonly model: string
  readonly family: string
  readonly width: number
  readonly heads: number
  readonly blocks: number
  readonly vocabularySize: number
  readonly maximumPositions: number
  readonly parameters: {
    /** All of them; a tied head counts once. */
    readonly inner: number
    /** Embedding and head, which a step does not change. */
    readonly frozen: number
    /** Blocks and the final norm. */
    readonly learnable: number
  }
  /** How the weights are stored; null for a shape, which has none. */
  readonly checkpoint: {
    readonly tensors: number
    readonly bytes: number
    readonly types: readonly string[]
  } | null
  /** Tensors of the checkpoint that the model does not use; null for a shape. */
  readonly unusedTensors: readonly string[] | null
  /** The simulator, planned and counted; null where no sizes fit the model. */
  readonly simulator: SimulatorReport | null
  readonly tree: readonly TreeNode[]
}

/** A model's description for people. */
export function inspectText(report: InspectReport, everyBlock: boolean): string {
  const { parameters, checkpoint, unusedTensors } = report
  const facts = pairsText({
    model: report.model,
    family: report.family,
    shape: `${report.blocks} blocks, width ${report.width}, ${report.heads} heads, vocabulary ${countText(report.vocabularySize)}`,
    context: `${countText(report.maximumPositions)} positions`,
    parameters: `${countText(parameters.inner)}: ${countText(parameters.learnable)} in blocks and the final norm, ${countText(parameters.frozen)} frozen in embedding and head`,
    stored:
      checkpoint === null
        ? 'a shape without weights'
        : `${checkpoint.tensors} tensors, ${bytesText(checkpoint.bytes)}, ${checkpoint.types.join(' and ')}`,
    ...(unusedTensors === null || unusedTensors.length === 0
      ? {}
      : { unused: `${unusedTensors.length} tensors: ${shortList(unusedTensors, everyBlock)}` }),
  })
  const simulator = report.simulator === null ? '' : `\n${simulatorText(report.simulator)}`
  return `${facts}\n\n${treeText(report.tree, everyBlock)}\n${simulator}`
}

function shortList(names: readonly string[], whole: boolean): string {
  const shown = whole ? names : names.slice(0, 3)
  return `${shown.join(', ')}${shown.length < names.length ? ', ...' : ''}`
}
