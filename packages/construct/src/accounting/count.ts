import { allParameters, frozenParameters, type InnerModelDescription, parameterSize } from '@tintjs/inner'
import type { ModuleKind, TintModule } from '../modules/module'
import { stepParameters } from '../operators/operator'
import type { TintDimensions } from '../plan/dimensions'
import { type BlockProgram, blocksOf, type TintProgram } from '../program/program'
import { sum } from './sum'

/** What the modules of one kind count. */
export interface ModuleCount {
  readonly kind: ModuleKind
  /** Modules of this kind in all layers, each as often as the program has it. */
  readonly modules: number
  /** Dense parameters of all of them. */
  readonly parameters: number
  /** Modules that differ from each other. */
  readonly distinctModules: number
  readonly distinctParameters: number
}

/** A simulator's parameters: every dense parameter of every module of every layer counts, zeros and identities too. */
export interface ParameterAccount {
  readonly modules: readonly ModuleCount[]
  /** `K Dsim` for each set of prefixes: they hold the inner model's weights. */
  readonly prefixes: number
  /** The inner model's own embedding and head. */
  readonly frozen: number
  /** All parameters of the inner model. */
  readonly inner: number
  /** Everything, as it is counted. */
  readonly simulator: number
  /** Everything, where equal modules are shared between layers and count once. */
  readonly distinct: number
}

/** The dense parameters of a module: its operators, their images of positions, and its gates. */
export function moduleParameters({ steps }: TintModule, dimensions: TintDimensions): number {
  return sum(
    steps.flatMap((step) =>
      Object.values(stepParameters(step, dimensions)).map((shape) =>
        shape.reduce((product, size) => product * size, 1),
      ),
    ),
  )
}

/**
 * Counts a simulator's parameters. The second forward is the same modules once more, and counts no others.
 *
 * @param layers how many of the last blocks learn; the others have no backward and descent. Default all
 */
export function countParameters(
  description: InnerModelDescription,
  program: TintProgram,
  dimensions: TintDimensions,
  layers = description.blocks.length,
): ParameterAccount {
  const calls = moduleCalls(program, layers)
  const modules = countByKind(calls, dimensions)
  const prefixSets = sum(blocksOf(program).map(({ prefixes }) => prefixes.length))
  const prefixes = prefixSets * dimensions.prefixTokens * dimensions.hiddenSize
  const frozen = sum(frozenParameters(description).map(parameterSize))
  return {
    modules,
    prefixes,
    frozen,
    inner: sum(allParameters(description).map(parameterSize)),
    simulator: prefixes + frozen + sum(modules.map(({ parameters }) => parameters)),
    distinct: prefixes + frozen + sum(modules.map(({ distinctParameters }) => distinctParameters)),
  }
}

/** The module of each call of the program. */
function moduleCalls(program: TintProgram, layers: number): TintModule[] {
  const blocks = blocksOf(program)
  const first = program.blocks.length - layers
  const of = (instructions: BlockProgram['forward']) =>
    instructions.flatMap((instruction) => (instruction.kind === 'module' ? [instruction.module] : []))
  return [
    ...blocks.slice(0, first).flatMap(({ forward }) => of(forward)),
    ...blocks.slice(first).flatMap(({ forward, backward }) => [...of(forward), ...of(backward)]),
    program.loss,
  ]
}

function countByKind(calls: readonly TintModule[], dimensions: TintDimensions): ModuleCount[] {
  const sizes = new Map([...new Set(calls)].map((module) => [module, moduleParameters(module, dimensions)]))
  const kinds = [...new Set(calls.map(({ kind }) => kind))]
  return kinds.map((kind) => {
    const own = calls.filter((module) => module.kind === kind)
    const distinct = [...new Set(own)]
    const size = (module: TintModule) => sizes.get(module) ?? 0
    return {
      kind,
      modules: own.length,
      parameters: sum(own.map(size)),
      distinctModules: distinct.length,
      distinctParameters: sum(distinct.map(size)),
    }
  })
}
