import type { InnerModel } from '@tintjs/inner'
import { NotFiniteError } from '@tintjs/tensor'
import type { UnitOptions } from '../run/evaluation-plan'
import { predictedLabel } from './calibration'
import { demonstrationContext } from './context'
import { type LearningOptions, learnDemonstrations, learnQuestions } from './learn-context'
import { prefixOf, type ScoringOptions, scoreAnswers } from './score-answers'
import type { TaskSample } from './task-sample'
import { demonstrationsFor, type TaskPieces, type TaskUnit, taskSampleKeys } from './task-unit'
import type { TokenizedQuestion } from './tokenized'

/** A unit with what all of its groups share. */
interface Running extends UnitOptions {
  readonly model: InnerModel
  readonly plan: TaskPieces
  readonly unit: TaskUnit
}

/** What was found out about one question. */
interface Answered {
  readonly demonstrations: number
  /** Undefined where the rate was far too high. */
  readonly scores: readonly number[] | undefined
  readonly baseline: readonly number[] | null
}

/** Questions that have room for as many demonstrations, which are learned from once for all of them. */
interface Group {
  readonly demonstrations: number
  /** Indices into the plan's examples. */
  readonly examples: readonly number[]
}

/**
 * Computes a unit's samples. Every tensor is freed before it is done.
 *
 * @throws NotFiniteError when the model itself predicts no finite numbers
 */
export async function runTaskUnit(
  model: InnerModel,
  plan: TaskPieces,
  unit: TaskUnit,
  { signal, onShare }: UnitOptions = {},
): Promise<TaskSample[]> {
  const answered = new Map<number, Answered>()
  const total = unit.examples.length
  for (const group of groupsOf(plan, unit)) {
    const before = answered.size
    const tell = (share: number) => onShare?.((before + share * group.examples.length) / total)
    const running = { model, plan, unit, signal, onShare: tell }
    const answers = await answerGroup(running, group)
    group.examples.forEach((example, index) => {
      const answer = answers[index]
      if (answer) answered.set(example, answer)
    })
  }
  return taskSampleKeys(plan, unit).map((key, index) => {
    const example = unit.examples[index] ?? 0
    return sampleOf(key, plan.examples[example]?.label ?? 0, answered.get(example))
  })
}

function sampleOf(
  key: ReturnType<typeof taskSampleKeys>[number],
  label: number,
  answered: Answered | undefined,
): TaskSample {
  const { scores, baseline = null, demonstrations = 0 } = answered ?? {}
  const prediction = scores && predictedLabel(scores, baseline)
  if (scores === undefined || prediction === undefined) {
    return { ...key, demonstrations, label, prediction: null, logProbabilities: null, baseline: null }
  }
  return {
    ...key,
    demonstrations,
    label,
    prediction,
    logProbabilities: [...scores],
    baseline: baseline === null ? null : [...baseline],
  }
}

function groupsOf({ settings, room }: TaskPieces, { asked, seed, examples }: TaskUnit): Group[] {
  if (settings.shots === 0)
    return chunks(examples, settings.batch).map((part) => ({ demonstrations: 0, examples: part }))
  const counts = examples.map((index) => demonstrationsFor(asked, seed, index, settings, room))
  return [...new Set(counts)].map((demonstrations) => ({
    demonstrations,
    examples: examples.filter((_, place) => counts[place] === demonstrations),
  }))
}

/** Where a rate is far too high for what is learned together, its questions have no answers; the others go on. */
async function answerGroup(running: Running, group: Group): Promise<Answered[]> {
  const { model, unit } = running
  try {
    const answered = await learnAndAsk(running, group)
    if (answered.every(({ scores }) => scores?.every(Number.isFinite) ?? true)) return answered
    throw new NotFiniteError('A probability of an answer is not a finite number.')
  } catch (error) {
    if (!(error instanceof NotFiniteError) || unit.learning.way === 'inner') throw unlearned(error, unit)
    await requireFiniteModel(model, running, group)
    if (running.plan.settings.shots > 0 || group.examples.length === 1) {
      return group.examples.map(() => ({
        demonstrations: group.demonstrations,
        scores: undefined,
        baseline: null,
      }))
    }
    const alone = []
    for (const example of group.examples)
      alone.push(...(await answerGroup(running, { ...group, examples: [example] })))
    return alone
  }
}

function unlearned(error: unknown, { learning }: TaskUnit): unknown {
  if (!(error instanceof NotFiniteError) || learning.way !== 'inner') return error
  return new NotFiniteError(
    'A probability of an answer is not a finite number although nothing was learned: the checkpoint holds numbers that are not finite or far too large; check it.',
  )
}

/** No rate explains a model that predicts no finite numbers before it learns. */
async function requireFiniteModel(model: InnerModel, running: Running, group: Group): Promise<void> {
  const inner: TaskUnit = { ...running.unit, learning: { way: 'inner', learningRate: null } }
  const first = { ...group, examples: group.examples.slice(0, 1) }
  await answerGroup({ ...running, model, unit: inner, onShare: undefined }, first)
}

async function learnAndAsk(running: Running, group: Group): Promise<Answered[]> {
  const { model, plan, unit, signal, onShare } = running
  const { settings, room } = plan
  const shown = unit.asked.demonstrations.get(unit.seed) ?? []
  const context = demonstrationContext(shown.slice(shown.length - group.demonstrations), room)
  const questions = questionsOf(unit, group.examples)
  const learning = learningOptions(running)
  const adapted =
    learning &&
    (settings.shots === 0
      ? await learnQuestions(model, questions, settings.beginOfText, learning)
      : await learnDemonstrations(model, context, settings.loss, learning))
  try {
    const asking: ScoringOptions = {
      prefix: prefixOf(context, room),
      parameters: adapted?.parameters,
      signal,
    }
    const baseline = await baselineOf(running, asking)
    const scores: number[][] = []
    for (const part of chunks(questions, settings.batch)) {
      scores.push(...(await scoreAnswers(model, part, asking)))
      onShare?.(learningShare + (1 - learningShare) * (scores.length / questions.length))
    }
    return scores.map((own) => ({ demonstrations: group.demonstrations, scores: own, baseline }))
  } finally {
    adapted?.dispose()
  }
}

/** Of a group's time, about; progress need not be exact. */
const learningShare = 0.3

function learningOptions({ plan, unit, signal, onShare }: Running): LearningOptions | undefined {
  const { way, learningRate } = unit.learning
  if (way === 'inner' || learningRate === null) return undefined
  const { gradients, steps, layers, updateNormWeights } = plan.settings
  return {
    ...{ learningRate, steps, layers, updateNormWeights, signal },
    gradient: gradients[way],
    onShare: (share) => onShare?.(learningShare * share),
  }
}

async function baselineOf(
  { model, plan, unit, signal }: Running,
  asking: ScoringOptions,
): Promise<readonly number[] | null> {
  const { calibration, beginOfText } = plan.settings
  if (calibration === 'none') return null
  const nothing = {
    arrangement: 'single',
    tokens: new Int32Array(),
    isAnswer: new Uint8Array(),
    contextStart: new Int32Array(),
  } as const
  const options: ScoringOptions =
    calibration === 'icl-sfc'
      ? asking
      : { prefix: prefixOf(nothing, { view: 'itself', beginOfText }), signal }
  const [scores = []] = await scoreAnswers(model, [unit.asked.contentFree], options)
  return scores
}

function questionsOf({ asked }: TaskUnit, examples: readonly number[]): TokenizedQuestion[] {
  return examples.flatMap((index) => asked.questions[index] ?? [])
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
