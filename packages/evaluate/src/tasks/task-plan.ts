import type { InnerModelDescription, Tokenizer } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { EvaluationPlan } from '../run/evaluation-plan'
import { checkCalibration } from './calibration'
import type { ContextRoom } from './context'
import { checkRoom, drawDemonstrations, drawQuestions } from './drawing'
import type { Example } from './example'
import { runTaskUnit } from './run-unit'
import type { TaskDefinition, TaskTemplate } from './task'
import type { TaskData } from './task-data'
import { type TaskSample, type TaskSampleKey, taskSampleForm } from './task-sample'
import { checkTaskSettings, type TaskOptions, type TaskSettings } from './task-settings'
import {
  type AskedTemplate,
  type Learning,
  type TaskPieces,
  type TaskUnit,
  taskSampleKeys,
  taskUnitCost,
} from './task-unit'
import { contentFreeQuestion, questionOf } from './template'
import { tokenizeDemonstration, tokenizeQuestion } from './tokenized'

/** A task's evaluation before it runs, fixed by data and choices alone. */
export interface TaskPlan extends EvaluationPlan<TaskSample>, TaskPieces {
  readonly task: TaskDefinition
  /** Drawn for each seed; there may be less room. */
  readonly demonstrations: ReadonlyMap<number, readonly Example[]>
  /** Examples that were longer than the model allows and were left out, of those asked and of demonstrations. */
  readonly leftOut: number
  keys(unit: number): TaskSampleKey[]
}

/** Examples in a unit: so many that learning from the demonstrations, which each unit does, is the smaller part. */
const unitSize = 32

/**
 * Plans an evaluation: draws the examples, puts them into words and tokens, and checks that all of it can be computed.
 *
 * @param tokenizer the model's
 * @throws InputError naming the first thing that is wrong
 */
export function planTask(
  description: InnerModelDescription,
  tokenizer: Pick<Tokenizer, 'tokenize'>,
  task: TaskDefinition,
  data: TaskData,
  options: TaskOptions = {},
): TaskPlan {
  const settings = checkTaskSettings(description, task, data.fields, options)
  const room: ContextRoom = {
    arrangement: settings.demonstrations,
    view: settings.querySees,
    beginOfText: settings.beginOfText,
    maximumPositions: description.maximumPositions,
  }
  const { items: examples, leftOut } = drawQuestions(tokenizer, task, data, settings, room)
  const shown = drawDemonstrations(tokenizer, task, data, settings, room)
  const asked = settings.templates.map((template) =>
    askWith(tokenizer, template, examples, shown.demonstrations, settings),
  )
  const arms = asked.flatMap((template) =>
    settings.seeds.flatMap((seed) =>
      learningsOf(settings).map((learning) => ({ asked: template, seed, learning })),
    ),
  )
  for (const template of asked) checkRoom(template, examples, settings, room)
  const pieces = Math.ceil(examples.length / unitSize)
  const unitCount = arms.length * pieces
  const unit = (index: number): TaskUnit => {
    const arm = arms[Math.floor(index / pieces)]
    if (arm === undefined) throw new InputError(`There is no unit ${index}; expected one below ${unitCount}.`)
    const first = (index % pieces) * unitSize
    const count = Math.min(unitSize, examples.length - first)
    return { ...arm, examples: Array.from({ length: count }, (_, place) => first + place) }
  }
  const shared: TaskPieces = { settings, examples, room }
  return {
    ...shared,
    task,
    demonstrations: shown.demonstrations,
    leftOut: leftOut + shown.leftOut,
    unitCount,
    size: examples.length,
    form: taskSampleForm,
    cost: (index) => taskUnitCost(unit(index), settings),
    keys: (index) => taskSampleKeys(shared, unit(index)),
    run: (model, index, options) => runTaskUnit(model, shared, unit(index), options),
  }
}

function learningsOf({ ways, learningRates }: TaskSettings): Learning[] {
  return ways.flatMap((way): Learning[] =>
    way === 'inner'
      ? [{ way, learningRate: null }]
      : learningRates.map((learningRate) => ({ way, learningRate })),
  )
}

function askWith(
  tokenizer: Pick<Tokenizer, 'tokenize'>,
  template: TaskTemplate,
  examples: readonly Example[],
  demonstrations: ReadonlyMap<number, readonly Example[]>,
  { calibration }: TaskSettings,
): AskedTemplate {
  const contentFree = tokenizeQuestion(tokenizer, contentFreeQuestion(template))
  checkCalibration(calibration, contentFree, template.words, template.name)
  const asked = ({ fields }: Example) => questionOf(template, fields)
  const shown = (example: Example) => tokenizeDemonstration(tokenizer, asked(example), example.label)
  return {
    template,
    contentFree,
    questions: examples.map((example) => tokenizeQuestion(tokenizer, asked(example))),
    demonstrations: new Map([...demonstrations].map(([seed, drawn]) => [seed, drawn.map(shown)])),
  }
}
