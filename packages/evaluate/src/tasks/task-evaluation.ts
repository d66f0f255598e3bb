import type { EvaluationPlan, SampleForm } from '../run/evaluation-plan'
import { runTaskUnit } from './run-unit'
import { type TaskPlan, type TaskUnit, taskSampleKeys } from './task-plan'
import { type TaskSample, taskSampleSchema } from './task-sample'
import type { TaskSettings } from './task-settings'

const form: SampleForm<TaskSample> = {
  schema: taskSampleSchema,
  describe: ({ sample, template, seed, way, learningRate }) =>
    `example ${sample}, template ${template}, seed ${seed}, way ${way}${learningRate === null ? '' : ` at rate ${learningRate}`}`,
}

/** A task's evaluation as units to run, one after the other or in several processes. */
export function taskEvaluation(plan: TaskPlan): EvaluationPlan<TaskSample> {
  return {
    unitCount: plan.unitCount,
    size: plan.examples.length,
    form,
    cost: (unit) => cost(plan.unit(unit), plan.settings),
    keys: (unit) => taskSampleKeys(plan, plan.unit(unit)),
    run: (model, unit, options) => runTaskUnit(model, plan, plan.unit(unit), options),
  }
}

/** A forward for each question, and the steps on the demonstrations, or without any on each question; a backward takes about two. */
function cost({ learning, examples }: TaskUnit, { steps, shots }: TaskSettings): number {
  if (learning.way === 'inner') return examples.length
  return examples.length + 3 * steps * (shots === 0 ? examples.length : 1)
}
