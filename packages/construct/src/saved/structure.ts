import { stepParameters } from '../operators/operator'
import type { TintDimensions } from '../plan/dimensions'
import type { BlockProgram, Instruction, TintProgram } from '../program/program'
import { distinctModules, prefixSources } from '../simulator'

/**
 * A simulator's structure as `structure.json` has it: every module once, with its steps and the shapes of their dense
 * parameters; which weights each set of prefixes holds; and for each block the calls of modules in their order.
 * Modules are called by their index. The second forward is the same calls once more.
 */
export function structureOf(program: TintProgram, dimensions: TintDimensions) {
  const modules = distinctModules(program)
  const indices = new Map(modules.map((module, index) => [module, index]))
  const instructionOf = (instruction: Instruction) =>
    instruction.kind === 'module'
      ? { ...instruction, module: indices.get(instruction.module), prefixes: instruction.prefixes?.name }
      : instruction
  const blockOf = ({ layer: _, prefixes, forward, backward, ...registers }: BlockProgram) => ({
    ...registers,
    prefixes: prefixes.map(({ name }) => name),
    forward: forward.map(instructionOf),
    backward: backward.map(instructionOf),
  })
  return {
    modules: modules.map(({ steps, ...module }, index) => ({
      index,
      ...module,
      steps: steps.map((step) => ({ ...step, parameters: stepParameters(step, dimensions) })),
    })),
    prefixes: prefixSources(program),
    blocks: program.blocks.map(blockOf),
    finalNorm: program.finalNorm === undefined ? null : blockOf(program.finalNorm),
    loss: indices.get(program.loss),
  }
}

/**
 * Where two JSON values differ first, such as `blocks.0.forward.2.module`; empty for the whole.
 *
 * @returns undefined where they are equal
 */
export function firstDifference(found: unknown, expected: unknown): string | undefined {
  if (!isObject(found) || !isObject(expected) || Array.isArray(found) !== Array.isArray(expected)) {
    return found === expected ? undefined : ''
  }
  for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    if (!Object.hasOwn(found, name) || !Object.hasOwn(expected, name)) return name
    const within = firstDifference(found[name], expected[name])
    if (within !== undefined) return within === '' ? name : `${name}.${within}`
  }
  return undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
