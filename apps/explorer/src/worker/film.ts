import {
  type BlockProgram,
  countParameters,
  designTint,
  distinctModules,
  type Instruction,
  inspectModule,
  type ModuleCall,
  planTint,
  type TintProgram,
} from '@tintjs/construct'
import { derivativeText, type InnerModelDescription } from '@tintjs/inner'
import type { InputOf, OutputOf } from '../protocol/tasks'
import { currentModel } from './loaded-model'
import { simulatedGradient } from './simulated-gradient'
import { layersOf } from './step-options'

type Film = OutputOf<'film'>
type FilmCell = Film['cells'][number]

/** The simulator's pass as a film strip: which module runs when, for which layer, and what it is made of. */
export async function describeFilm({ choices }: InputOf<'film'>): Promise<Film> {
  const { description } = currentModel().model
  const gradient = simulatedGradient(choices)
  const { dimensions } = planTint(description)
  const program = designTint(description, { dimensions }, { gradient })
  const layers = layersOf(choices, description.blocks.length)
  const modules = distinctModules(program)
  const { inner, simulator, distinct } = countParameters(description, program, dimensions, layers)
  const { width, prefixTokens, rowsPerPrefix, hiddenSize, softmaxHeads } = dimensions
  const places = new Map(modules.map((module, index) => [module, index]))
  return {
    width,
    prefixTokens,
    rowsPerPrefix,
    hiddenSize,
    softmaxHeads,
    derivative: derivativeText(gradient.derivative),
    rows: rowNames(description),
    modules: modules.map((module) => {
      const { kind, operators, reads, writes, parameters } = inspectModule(module, dimensions)
      return { kind, operators: [...operators], reads: [...reads], writes: [...writes], parameters }
    }),
    cells: cellsOf(program, layers).map(({ call, ...cell }, index) => ({
      ...cell,
      index,
      module: places.get(call.module) ?? 0,
      layer: call.layer,
      weights: call.module.prefixes === 'unused' ? null : (call.prefixes?.name ?? null),
    })),
    parameters: { inner, simulator, distinct },
  }
}

interface PlacedCall extends Pick<FilmCell, 'stage' | 'row'> {
  readonly call: Pick<ModuleCall, 'module' | 'layer' | 'prefixes'>
}

interface Row {
  readonly row: number
  readonly program: BlockProgram
}

/**
 * All calls of a pass in the order in which the literal execution runs them: frozen blocks once, those that learn forward,
 * the loss, backward from the last one, and forward again.
 */
function cellsOf(program: TintProgram, layers: number): PlacedCall[] {
  const { blocks, finalNorm, loss } = program
  const all = (finalNorm === undefined ? blocks : [...blocks, finalNorm]).map((program, row) => ({
    row,
    program,
  }))
  const frozen = all.slice(0, blocks.length - layers)
  const learning = all.slice(frozen.length)
  return [
    ...[...frozen, ...learning].flatMap(callsOf('forward', ({ forward }) => forward)),
    { stage: 'loss', row: all.length, call: { module: loss, layer: 'loss' } },
    ...learning.toReversed().flatMap(callsOf('backward', ({ backward }) => backward)),
    ...learning.flatMap(callsOf('forward again', ({ forward }) => forward)),
  ]
}

function callsOf(stage: FilmCell['stage'], instructionsOf: (block: BlockProgram) => readonly Instruction[]) {
  return ({ row, program }: Row): PlacedCall[] =>
    instructionsOf(program).flatMap((instruction) =>
      instruction.kind === 'module' ? [{ stage, row, call: instruction }] : [],
    )
}

function rowNames({ blocks, finalNorm }: InnerModelDescription): string[] {
  return [
    ...blocks.map((_, index) => `layer ${index + 1}`),
    ...(finalNorm === undefined ? [] : ['final norm']),
    'loss',
  ]
}
