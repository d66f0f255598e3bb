import type { Tokenizer } from '@tintjs/inner'
import { InputError } from '@tintjs/tensor'
import type { ContextRoom } from './context'
import type { Example } from './example'
import { type Draw, drawBalanced } from './sampling'
import type { TaskDefinition } from './task'
import type { TaskData } from './task-data'
import type { TaskSettings } from './task-settings'
import { type AskedTemplate, demonstrationsFor } from './task-unit'
import { questionOf } from './template'
import { tokenizeDemonstration, tokenizeQuestion } from './tokenized'

/** The subset that is asked does not depend on the seeds of the demonstrations. */
const testSeed = 0

type TextTokenizer = Pick<Tokenizer, 'tokenize'>

/** Draws the examples that are asked: with a limit, as many of each label; else all. */
export function drawQuestions(
  tokenizer: TextTokenizer,
  task: TaskDefinition,
  { test }: TaskData,
  { templates, limit, longExamples }: TaskSettings,
  room: ContextRoom,
): Draw<Example> {
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

/** Draws what is shown, as many of each label, for each seed. @throws InputError where there are too few */
export function drawDemonstrations(
  tokenizer: TextTokenizer,
  task: TaskDefinition,
  { train }: TaskData,
  { shots, seeds, templates, longExamples }: TaskSettings,
  room: ContextRoom,
): { readonly demonstrations: ReadonlyMap<number, readonly Example[]>; readonly leftOut: number } {
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

/** @throws InputError for a question that the model cannot read, or beside which there is nothing to learn from */
export function checkRoom(
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
