import { firstDifference } from '../run/configuration-form'
import type { Arm } from './arms'
import type { PerplexityRun, Run, TaskRun } from './run'

/** Runs that measured on the same thing: the same contexts of a text, or the same task and data. */
export interface Subject {
  /** The text's file, or the task's name. */
  readonly title: string
  readonly runs: readonly Run[]
}

/** Runs of which none of the first can be compared with one of the second. */
export interface Incomparable {
  readonly first: readonly string[]
  readonly second: readonly string[]
  readonly reason: string
}

/** Puts runs that measured on the same thing together, in the order in which each thing is met first. */
export function subjectsOf(runs: readonly Run[]): Subject[] {
  const groups: { title: string; runs: Run[] }[] = []
  for (const run of runs) {
    const group = groups.find(({ runs: [first] }) => first && otherSubject(first, run) === undefined)
    if (group !== undefined) group.runs.push(run)
    else groups.push({ title: run.kind === 'perplexity' ? run.file : run.task.name, runs: [run] })
  }
  return groups
}

/** Why two runs did not measure on the same thing; undefined where they did. */
export function otherSubject(first: Run, second: Run): string | undefined {
  if (first.kind === 'perplexity' && second.kind === 'perplexity') return otherContexts(first, second)
  if (first.kind === 'task' && second.kind === 'task') return otherTask(first, second)
  return 'one predicts a text, the other does a task'
}

/** What decides where contexts begin and end, besides text and tokenizer. */
const cutting = { context: true, stride: true, specialTokens: true, beginOfText: true }

function otherContexts(first: PerplexityRun, second: PerplexityRun): string | undefined {
  if (first.dataSha256 !== second.dataSha256) {
    return `the texts are others: ${first.file} (SHA-256 ${short(first)}) and ${second.file} (${short(second)})`
  }
  // Whether there is a token in front is what counts; tokenizers number it as they like.
  const asCut = ({ configuration }: PerplexityRun) => ({
    ...configuration,
    beginOfText: configuration.beginOfText !== null,
  })
  const difference = firstDifference({ shape: cutting }, asCut(first), asCut(second))
  if (difference === undefined) return undefined
  return `the text is cut into other contexts: ${difference.field} is ${difference.before} in the one and ${difference.now} in the other`
}

function otherTask(first: TaskRun, second: TaskRun): string | undefined {
  if (first.task.name !== second.task.name) {
    return `the tasks are others: ${first.task.name} and ${second.task.name}`
  }
  if (first.dataSha256 !== second.dataSha256) {
    return `the task's data are others (SHA-256 ${short(first)} and ${short(second)})`
  }
  return first.configuration.taskSha256 === second.configuration.taskSha256
    ? undefined
    : "the task's file was changed in between"
}

function short({ dataSha256 }: Run): string {
  return `${dataSha256.slice(0, 12)}...`
}

/** Why runs on the same thing share no samples all the same; undefined where they share some. */
export function nothingShared(first: readonly Arm[], second: readonly Arm[]): string | undefined {
  const together = first.flatMap((arm) =>
    second.filter((other) => samePlace(arm, other)).map((other) => [arm, other] as const),
  )
  if (together.length === 0) return 'they have no train fraction, or no template, in common'
  let shared = 0
  for (const [arm, other] of together) {
    for (const [sample, score] of arm.scores) {
      const found = other.scores.get(sample)
      if (found === undefined) continue
      shared++
      if (found.weight === score.weight && found.identity === score.identity) continue
      return `sample ${sample} is not the same in both (${contentText(score)} and ${contentText(found)}): their tokenizers cut the text at other places`
    }
  }
  return shared === 0 ? 'they used other parts of it, and have no context or example in common' : undefined
}

function contentText({ weight, identity }: { weight: number; identity: number }): string {
  return `${weight} tokens of ${identity} bytes`
}

/** Whether two ways were measured at the same share, or with the same template. */
export function samePlace({ place }: Pick<Arm, 'place'>, { place: other }: Pick<Arm, 'place'>): boolean {
  return JSON.stringify(place) === JSON.stringify(other)
}
