import { moduleParameters } from '../accounting/count'
import type { Operator } from '../operators/operator'
import type { TintDimensions } from '../plan/dimensions'
import type { ModuleKind, TintModule } from './module'

/** Coordinates of the state from `from` up to, and without, `to`. */
export interface CoordinateRange {
  /** What is there: the name of a value at tokens; `rows` or `bias` of a weight at prefixes. */
  readonly name: string
  readonly at: 'tokens' | 'prefixes'
  readonly from: number
  readonly to: number
}

/** A module as people look at it. */
export interface ModuleInspection {
  readonly kind: ModuleKind
  /** Of each step. */
  readonly operators: readonly Operator['kind'][]
  /** What long skip connections bring before the module: values of tokens, and weights. */
  readonly reads: readonly CoordinateRange[]
  /** What they take away after it. */
  readonly writes: readonly CoordinateRange[]
  /** Dense parameters of all steps, as they are counted. */
  readonly parameters: number
}

/**
 * What a module is made of, which coordinates of the state it reads and writes, and what it counts. Between its steps it
 * also uses other coordinates, which are zero before it and are dropped after it.
 */
export function inspectModule(module: TintModule, dimensions: TintDimensions): ModuleInspection {
  const weights = weightRanges(module, dimensions)
  return {
    kind: module.kind,
    operators: module.steps.map(({ operator }) => operator.kind),
    reads: [...tokenRanges(module.inputs, dimensions), ...(module.prefixes === 'unused' ? [] : weights)],
    writes: [...tokenRanges(module.outputs, dimensions), ...(module.prefixes === 'written' ? weights : [])],
    parameters: moduleParameters(module, dimensions),
  }
}

function tokenRanges(slots: TintModule['inputs'], { width }: TintDimensions): CoordinateRange[] {
  return Object.entries(slots).map(([name, slot]) => ({
    name,
    at: 'tokens',
    from: slot * width,
    to: (slot + 1) * width,
  }))
}

/** Prefixes have rows in all slots but the last, and the bias there; a linear attention with heads for one uses it. */
function weightRanges(
  { steps }: TintModule,
  { width, rowsPerPrefix, hiddenSize }: TintDimensions,
): CoordinateRange[] {
  const uses = (group: 'rows' | 'bias') =>
    steps.some(({ operator }) => operator.kind === 'linearAttention' && operator[group] !== undefined)
  const endOfRows = rowsPerPrefix * width
  const rows: CoordinateRange = { name: 'rows', at: 'prefixes', from: 0, to: endOfRows }
  const bias: CoordinateRange = { name: 'bias', at: 'prefixes', from: endOfRows, to: hiddenSize }
  return [...(uses('rows') ? [rows] : []), ...(uses('bias') ? [bias] : [])]
}
