import type { ShapeReport, SimulatorReport } from '../simulator-report'
import { countText } from './numbers'
import { pairsText, tableText } from './print'

/** A simulator's plan and parameters for people. */
export function simulatorText({ parameters, explanation, paper }: SimulatorReport): string {
  const { modules, prefixes, frozen, simulator, distinct } = parameters
  const rows = modules.map(({ kind, modules: count, parameters, distinctModules, distinctParameters }) => [
    kind,
    countText(count),
    countText(parameters),
    countText(distinctModules),
    countText(distinctParameters),
  ])
  const table = tableText(
    ['modules', 'in all layers', 'parameters', 'distinct', 'parameters'],
    [
      ...rows,
      ['prefix embeddings', '', countText(prefixes), '', countText(prefixes)],
      ['embedding and head of the inner model', '', countText(frozen), '', countText(frozen)],
      ['all', '', countText(simulator), '', countText(distinct)],
    ],
  )
  const formulas = tableText(
    ["the paper's modules of one block", 'formula', 'parameters'],
    [
      ...paper.block.map(({ kind, formula, parameters }) => [kind, formula, countText(parameters)]),
      ['all blocks', '', countText(paper.total)],
    ],
  )
  return `${pairsText({ simulator: explanation })}\n\n${table}\n\n${formulas}\n`
}

/** The released shapes for people. */
export function shapesText(shapes: readonly ShapeReport[]): string {
  const billions = (count: number | null) => (count === null ? '-' : (count / 1e9).toFixed(3))
  const table = tableText(
    ['shape', 'D', 'K', 'Dsim', 'Hsim', 'inner', 'simulator', 'distinct', 'formula', 'table', 'code'],
    shapes.map((shape) => [
      shape.shape,
      String(shape.width),
      String(shape.prefixTokens),
      String(shape.hiddenSize),
      String(shape.simulatorHeads),
      billions(shape.inner),
      billions(shape.simulator),
      billions(shape.distinct),
      billions(shape.paperFormula),
      billions(shape.paperTable),
      billions(shape.authorsCode),
    ]),
  )
  const legend = pairsText({
    simulator:
      'every dense parameter of every module of every layer, zeros and identities too; in billions, as all',
    distinct: 'equal modules shared between layers',
    formula: "the paper's formulas for these sizes, blocks alone",
    table: "the paper's table of sizes",
    code: "what the authors' released code counts",
  })
  return `${table}\n\n${legend}\n`
}
