import type { InnerModelDescription, Tokenizer } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { Way } from '../perplexity/sample'
import { checkCalibration } from './calibration'
import { type ContextRoom, countFittingDemonstrations } from './context'
import type { Example } from './example'
import { drawBalanced } from './sampling'
import type { TaskDefinition, TaskTemplate } from './task'
import type { TaskData } from './task-data'
import type { TaskSampleKey } from './task-sample'
import { checkTaskSettings, type TaskOptions, type TaskSettings } from './task-settings'
import { contentFreeQuestion, questionOf } from './template'
import {
  type Demonstration,
  type TokenizedQuestion,
  tokenizeDemonstration,
  tokenizeQuestion,
} from './tokenized'

/** How a model learns before it is asked. */
export interface Learning {
  readonly way: Way
  /** Null for `inner`. */
  readonly learningRate: number | null
}

/** A template with all of its questions as tokens. */
export interface AskedTemplate {
  readonly template: TaskTemplate
  /** One for each example that is asked. */
  readonly questions: readonly TokenizedQuestion[]
  readonly contentFree: TokenizedQuestion
  /** For each seed. */
  readonly demonstrations: ReadonlyMap<number, readonly Demonstration[]>
}

/** The smallest piece of an evaluation, which is finished as a whole. */
export interface TaskUnit {
  readonly asked: AskedTemplate
  readonly seed: number
  readonly learning: Learning
  /** Indices into the plan's examples. */
  readonly examples: readonly number[]
}

/** An evaluation before it runs: all of its pieces in the order in which they run, fixed by data and choices alone. */
export interface TaskPlan {
  readonly task: TaskDefinition
  readonly settings: TaskSettings
  /** What is asked. */
  readonly examples: readonly Example[]
  /** Drawn for each seed; there may be less room. */
  readonly demonstrations: ReadonlyMap<number, readonly Example[]>
  /** Examples that were longer than the model allows and were left out, of those asked and of demonstrations. */
  readonly leftOut: number
  readonly room: ContextRoom
  readonly unitCount: number
  unit(index: number): TaskUnit
}

/** Examples in a unit: so many that learning from the demonstrations, which each unit does, is the smaller part. */
const unitSize = 32

/** The subset that is asked does not depend on the seeds of the demonstrations. */
const testSeed = 0

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
  return {
    task,
    settings,
    examples,
    demonstrations: shown.demonstrations,
    leftOut: leftOut + shown.leftOut,
    room,
    unitCount,
    unit(index) {
      const arm = arms[Math.floor(index / pieces)]
      if (arm === undefined)
        throw new InputError(`There is no unit ${index}; expected one below ${unitCount}.`)
      const first = (index % pieces) * unitSize
      const count = Math.min(unitSize, examples.length - first)
      return { ...arm, examples: Array.from({ length: count }, (_, place) => first + place) }
    },
  }
}

/** The keys of the samples that a unit gives, in their order. */
export function taskSampleKeys(
  { examples }: TaskPlan,
  { asked, seed, learning, ...unit }: TaskUnit,
): TaskSampleKey[] {
  return unit.examples.map((index) => ({
    sample: examples[index]?.id ?? index,
    template: asked.template.name,
    seed,
    ...learning,
  }))
}

/** For each question of a template: how many demonstrations it has room for. */
export function demonstrationsFor(
  { questions, contentFree, demonstrations }: AskedTemplate,
  seed: number,
  index: number,
  { calibration }: TaskSettings,
  room: ContextRoom,
): number {
  const own = questions[index]?.length ?? 0
  // The question about nothing comes after the same demonstrations.
  const length = calibration === 'icl-sfc' ? Math.max(own, contentFree.length) : own
  return countFittingDemonstrations(demonstrations.get(seed) ?? [], length, room)
}

function learningsOf({ ways, learningRates }: TaskSettings): Learning[] {
  return ways.flatMap((way): Learning[] =>
    way === 'inner'
      ? [{ way, learningRate: null }]
      : learningRates.map((learningRate) => ({ way, learningRate })),
  )
}

type Source = Pick<Tokenizer, 'tokenize'>

function drawQuestions(
  tokenizer: Source,
  task: TaskDefinition,
  { test }: TaskData,
  { templates, limit, longExamples }: TaskSettings,
  room: ContextRoom,
) {
  const fits = (example: Example) =>
    templates.every(
      (template) =>
        roomLeft(tokenizeQuestion(tokenizer, questionOf(template, example.fields)).length, room) >= 0,
    )
  const usable = longExamples === 'leave-out' ? fits : undefined
  if (limit !== undefined) {
    return drawBalanced(test, { classes: task.labels.length, count: limit, seed: testSeed, usable })
  }
  const items = usable === undefined ? test : test.filter(usable)
  return { items, leftOut: test.length - items.length }
}

function drawDemonstrations(
  tokenizer: Source,
  task: TaskDefinition,
  { train }: TaskData,
  { shots, seeds, templates, longExamples }: TaskSettings,
  room: ContextRoom,
) {
  const count = shots
  const fits = (example: Example) =>
    templates.every((template) => {
      const { tokens } = tokenizeDemonstration(tokenizer, questionOf(template, example.fields), example.label)
      return roomLeft(tokens.length + 1, room) >= 0
    })
  const usable = longExamples === 'leave-out' ? fits : undefined
  const classes = task.labels.length
  const draws = seeds.map((seed) => [seed, drawBalanced(train, { classes, count, seed, usable })] as const)
  const short = draws.find(([, { items }]) => items.length < count)
  if (short !== undefined) {
    throw new InputError(
      `The task ${task.name} has ${train.length} examples for demonstrations, of which ${short[1].items.length} make a balanced choice; expected ${count}. Ask for fewer demonstrations.`,
    )
  }
  return {
    demonstrations: new Map(draws.map(([seed, { items }]) => [seed, items])),
    leftOut: draws.reduce((total, [, draw]) => total + draw.leftOut, 0),
  }
}

/** Positions that are left beside so many tokens and the one that begins a text. */
function roomLeft(length: number, { beginOfText, maximumPositions }: ContextRoom): number {
  return maximumPositions - length - (beginOfText === undefined ? 0 : 1)
}

function askWith(
  tokenizer: Source,
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

/** @throws InputError for a question that the model cannot read, or beside which there is nothing to learn from */
function checkRoom(
  asked: AskedTemplate,
  examples: readonly Example[],
  settings: TaskSettings,
  room: ContextRoom,
): void {
  const { template, questions } = asked
  // Without demonstrations a step learns from the question, and tests one token after it.
  const extra = settings.shots === 0 ? 1 : 0
  for (const [index, { length }] of questions.entries()) {
    const { place = '' } = examples[index] ?? {}
    if (roomLeft(length + extra, room) < 0) {
      throw new InputError(
        `${place}: the question in the words of template ${template.name} is ${length + extra} tokens, more than the model's ${room.maximumPositions} positions; expected one that fits, as a question is never cut. Leave long examples out (leave-out), or take another template.`,
      )
    }
    if (settings.shots === 0) continue
    for (const seed of settings.seeds) {
      if (demonstrationsFor(asked, seed, index, settings, room) > 0) continue
      throw new InputError(
        `${place}: no demonstration of seed ${seed} fits into the model's ${room.maximumPositions} positions beside the question of ${length} tokens; expected room for one. Let questions see themselves alone (itself), leave long examples out (leave-out), or take 0 demonstrations.`,
      )
    }
  }
  checkDemonstrationLengths(asked, settings, room)
}

/** In contexts of their own, demonstrations have positions of their own. */
function checkDemonstrationLengths(
  { demonstrations, template }: AskedTemplate,
  settings: TaskSettings,
  room: ContextRoom,
): void {
  if (settings.demonstrations === 'single') return
  const longest = Math.max(...[...demonstrations.values()].flat().map(({ tokens }) => tokens.length), 0)
  if (roomLeft(longest, room) >= 0) return
  throw new InputError(
    `A demonstration in the words of template ${template.name} is ${longest} tokens, more than the model's ${room.maximumPositions} positions; expected each to fit into a context of its own. Leave long examples out (leave-out), or put demonstrations into a single context.`,
  )
}
