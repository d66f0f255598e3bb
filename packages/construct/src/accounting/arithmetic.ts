import type { Operator } from '../operators/operator'
import type { TintDimensions } from '../plan/dimensions'
import { blocksOf, type Instruction, type TintProgram } from '../program/program'
import { sum } from './sum'

/** The floating-point operations of one forward and one backward of a program's blocks. */
export interface ProgramArithmetic {
  readonly forward: number
  /** With descent; without the loss module. */
  readonly backward: number
}

/**
 * The floating-point operations of a program as its structure is executed, for one sequence: two for each multiply-add of
 * a matrix product, nothing for element-wise work and selections.
 *
 * @param positions `length`: tokens of the forward; `learnedPositions`: tokens that a gradient reaches
 */
export function programArithmetic(
  program: TintProgram,
  dimensions: TintDimensions,
  { length, learnedPositions }: { readonly length: number; readonly learnedPositions: number },
): ProgramArithmetic {
  const total = (part: 'forward' | 'backward', tokens: number) =>
    sum(blocksOf(program).map((block) => instructionsArithmetic(block[part], dimensions, tokens)))
  return { forward: total('forward', length), backward: total('backward', learnedPositions) }
}

function instructionsArithmetic(
  instructions: readonly Instruction[],
  dimensions: TintDimensions,
  tokens: number,
): number {
  return sum(
    instructions.map((instruction) =>
      instruction.kind === 'module'
        ? sum(
            instruction.module.steps.map(({ operator }) => operatorArithmetic(operator, dimensions, tokens)),
          )
        : 0,
    ),
  )
}

function operatorArithmetic(operator: Operator, { width }: TintDimensions, tokens: number): number {
  switch (operator.kind) {
    case 'linearAttention': {
      // Along the diagonal alone there is a product for each number, and no matrix product.
      const diagonal = operator.rows?.output.output === 'own' && operator.rows.output.diagonal === true
      return operator.rows === undefined || diagonal ? 0 : 2 * tokens * width ** 2
    }
    case 'softmaxAttention':
      return 4 * tokens ** 2 * operator.innerHeads * operator.headWidth
    default:
      return 0
  }
}
