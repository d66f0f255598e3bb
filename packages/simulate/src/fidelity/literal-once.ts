import { type ConstructOptions, constructTint, planTint } from '@tintjs/construct'
import { tint } from '@tintjs/inner'
import { literal } from '../literal-execution'
import type { Execution, StepExecution } from '../step-execution'

/** A literal execution that constructs its simulator when the step starts, and frees it with the step. */
export function literalOnce({ gradient = tint(), updateNormWeights = false }: ConstructOptions): Execution {
  const design = { gradient, updateNormWeights }
  return {
    name: 'literal',
    design,
    start(model, plan, hooks): StepExecution {
      const maxLength = plan.inputs.length
      const simulator = constructTint(model, planTint(model.description, { maxLength }), design)
      try {
        const step = literal(simulator).start(model, plan, hooks)
        return {
          forward: (keep) => step.forward(keep),
          learn: () => step.learn(),
          learned: () => step.learned(),
          dispose: () => {
            step.dispose()
            simulator.dispose()
          },
        }
      } catch (error) {
        simulator.dispose()
        throw error
      }
    },
  }
}
