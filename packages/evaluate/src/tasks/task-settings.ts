import type { InnerModelDescription } from '@tintjs/inner'
import { exact, type GradientChoice, type TintOptions, tint } from '@tintjs/simulate'
import { InputError } from '@tintjs/tensor'
import { automaticBatch } from '../perplexity/batch-size'
import { type Way, ways } from '../perplexity/sample'
import { checkCount, checkRates, checkWays } from '../perplexity/settings'
import { type Calibration, calibrations } from './calibration'
import { type Arrangement, arrangements, type Loss, losses, type View, views } from './context'
import type { TaskDefinition, TaskTemplate } from './task'
import { fieldsInTemplate } from './template'

/** What to do with an example that is longer than the model allows. */
export const longExampleChoices = ['refuse', 'leave-out'] as const
export type LongExamples = (typeof longExampleChoices)[number]

/** The choices of a task's evaluation. */
export interface TaskOptions {
  /** Demonstrations, balanced between the labels; 0 learns from each question's own text. Default 32. */
  readonly shots?: number | undefined
  /** What demonstrations are drawn with, each a run of its own; default 1, 2 and 3. */
  readonly seeds?: readonly number[] | undefined
  /** Names of templates; default the first whose fields the data have, and `['all']` for all of those. */
  readonly templates?: readonly string[] | undefined
  /** How many examples to ask, as many of each label, always the same; default all. */
  readonly limit?: number | undefined
  /** Default all three. */
  readonly ways?: readonly Way[] | undefined
  /** Rates of plain SGD on the summed loss; needed by every way but `inner`. */
  readonly learningRates?: readonly number[] | undefined
  /** Default `single`. */
  readonly demonstrations?: Arrangement | undefined
  /** What a question sees; default `demonstrations`. */
  readonly querySees?: View | undefined
  /** What the training loss is of; default `whole`. */
  readonly loss?: Loss | undefined
  /** Default `none`. */
  readonly calibration?: Calibration | undefined
  /** TinT's approximations; the loss gradient holds for `exact` too. */
  readonly gradient?: TintOptions | undefined
  /** How many of the last blocks learn; default all. */
  readonly layers?: number | undefined
  /** Rounds of forward, backward and descent; default see {@link defaultSteps}. */
  readonly steps?: number | undefined
  /** Whether scales of norms learn too; default false. */
  readonly updateNormWeights?: boolean | undefined
  /** An id in front of each context; default none. */
  readonly beginOfText?: number | undefined
  /** Default `refuse`. */
  readonly longExamples?: LongExamples | undefined
  /** Questions that are computed at once; default `auto`. It changes no result but for the last digits. */
  readonly batch?: number | 'auto' | undefined
}

/** {@link TaskOptions} checked, with all defaults filled in. */
export interface TaskSettings {
  readonly shots: number
  readonly seeds: readonly number[]
  readonly templates: readonly TaskTemplate[]
  readonly limit: number | undefined
  readonly ways: readonly Way[]
  readonly learningRates: readonly number[]
  readonly demonstrations: Arrangement
  readonly querySees: View
  readonly loss: Loss
  readonly calibration: Calibration
  readonly gradients: { readonly exact: GradientChoice; readonly tint: GradientChoice }
  readonly layers: number
  readonly steps: number
  readonly updateNormWeights: boolean
  readonly beginOfText: number | undefined
  readonly longExamples: LongExamples
  readonly batch: number
}

/** Updates of layers that the paper spends on a context, whatever number of layers learns. */
const layerUpdates = 12

/** Rounds where none are given: 12 divided by the layers that learn, where 3, 6 or 12 do; else 1. */
export function defaultSteps(layers: number): number {
  return [3, 6, 12].includes(layers) ? layerUpdates / layers : 1
}

/**
 * Checks the choices of a task's evaluation.
 *
 * @param fields that the data have
 * @throws InputError naming the first thing that is wrong
 */
export function checkTaskSettings(
  description: InnerModelDescription,
  task: TaskDefinition,
  fields: readonly string[],
  options: TaskOptions,
): TaskSettings {
  const { gradient = {}, batch = 'auto', limit } = options
  const chosenWays = checkWays(options.ways ?? ways)
  const shots = checkCount('The number of demonstrations', options.shots ?? 32, 100_000, 0)
  const blocks = description.blocks.length
  const layers = checkCount('The number of layers that learn', options.layers ?? blocks, blocks)
  const settings = {
    shots,
    seeds: checkSeeds(options.seeds ?? [1, 2, 3], shots),
    templates: chooseTemplates(task, fields, options.templates),
    limit: limit === undefined ? undefined : checkCount('The limit', limit, Number.MAX_SAFE_INTEGER),
    ways: chosenWays,
    learningRates: checkRates(options.learningRates ?? [], chosenWays),
    demonstrations: oneOf(
      'The arrangement of demonstrations',
      options.demonstrations ?? 'single',
      arrangements,
    ),
    querySees: oneOf('What a question sees', options.querySees ?? 'demonstrations', views),
    loss: oneOf('The loss', options.loss ?? 'whole', losses),
    calibration: oneOf('The calibration', options.calibration ?? 'none', calibrations),
    gradients: { exact: exact({ lossGradient: gradient.lossGradient }), tint: tint(gradient) },
    layers,
    steps: checkCount('The number of steps', options.steps ?? defaultSteps(layers), 1_000_000),
    updateNormWeights: options.updateNormWeights ?? false,
    beginOfText: options.beginOfText,
    longExamples: oneOf(
      'What to do with long examples',
      options.longExamples ?? 'refuse',
      longExampleChoices,
    ),
    batch:
      batch === 'auto'
        ? automaticBatch(description, description.maximumPositions)
        : checkCount('The batch', batch, Number.MAX_SAFE_INTEGER),
  }
  checkWithoutDemonstrations(settings)
  return settings
}

function checkWithoutDemonstrations({ shots, loss, calibration, demonstrations }: TaskSettings): void {
  if (shots > 0) return
  const problem =
    loss === 'labels'
      ? 'the loss labels has no label to learn from'
      : calibration === 'icl-sfc'
        ? 'the calibration icl-sfc has none to compare with'
        : demonstrations === 'separate'
          ? 'there is nothing to separate'
          : undefined
  if (problem === undefined) return
  throw new InputError(`With 0 demonstrations ${problem}; expected some demonstrations, or another choice.`)
}

/** Without demonstrations there is nothing to draw, and one seed tells all. */
function checkSeeds(seeds: readonly number[], shots: number): readonly number[] {
  if (seeds.length === 0) throw new InputError('No seed is given; expected one or more, e.g. 1, 2 and 3.')
  for (const seed of seeds) checkCount('The seed', seed, 2 ** 31, 0)
  if (shots === 0) return [0]
  return [...new Set(seeds)].sort((left, right) => left - right)
}

function chooseTemplates(
  { name, templates }: TaskDefinition,
  fields: readonly string[],
  names: readonly string[] | undefined,
): readonly TaskTemplate[] {
  const fits = ({ text }: TaskTemplate) =>
    fieldsInTemplate(text).every((field) => field === 'label' || fields.includes(field))
  const fitting = templates.filter(fits)
  const [first] = fitting
  if (first === undefined) {
    throw new InputError(
      `No template of the task ${name} has only fields that the data have (${fields.join(', ')}); expected one. Give a task file with such a template.`,
    )
  }
  if (names === undefined) return [first]
  if (names.length === 1 && names[0] === 'all') return fitting
  for (const wanted of names) {
    const found = templates.find((template) => template.name === wanted)
    if (found === undefined) {
      throw new InputError(
        `The task ${name} has no template ${wanted}; expected some of ${templates.map((template) => template.name).join(', ')}, or all.`,
      )
    }
    if (fits(found)) continue
    throw new InputError(
      `The template ${wanted} of the task ${name} has a field that these data do not have; expected ${fields.map((field) => `{${field}}`).join(', ')}. Choose one of ${fitting.map((template) => template.name).join(', ')}.`,
    )
  }
  return templates.filter((template) => names.includes(template.name))
}

function oneOf<Choice extends string>(what: string, value: Choice, choices: readonly Choice[]): Choice {
  if (choices.includes(value)) return value
  throw new InputError(`${what} is ${JSON.stringify(value)}; expected one of ${choices.join(', ')}.`)
}
