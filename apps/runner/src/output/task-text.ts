import type { TaskReport, TaskResult, Way } from '@tintjs/evaluate'
import type { EngineDescription } from '@tintjs/tensor'
import { engineText } from '../session'
import { dim } from './colours'
import { countText, rateText } from './numbers'
import { shardPairs } from './perplexity-text'
import { pairsText, tableText } from './print'

const names: Readonly<Record<Way, string>> = { inner: 'inner', exact: 'exact', tint: 'TinT' }

/** A task's results for people. */
export function taskText(report: TaskReport, engine: EngineDescription, output: string | undefined): string {
  const { task, data, configuration } = report
  const { shots, seeds, demonstrations, querySees, loss, calibration, layers, steps } = configuration
  const facts = pairsText({
    task: `${task.name}: ${task.about}`,
    ...shardPairs(configuration),
    asked: `${countText(data.examples)} of ${countText(data.testExamples)} examples${unevenText(report)}${leftOutText(data.leftOut)}`,
    demonstrations:
      shots === 0
        ? "none: learned from each question's own text"
        : `${shots} of ${countText(data.trainExamples)} examples, seeds ${seeds.join(', ')}; ${demonstrations}, a question sees ${querySees}`,
    learned: `loss ${loss}, last ${layers} layers, steps ${steps}`,
    calibration,
    engine: engineText(engine),
    ...(output === undefined ? {} : { written: `${output}: results.json, samples.jsonl` }),
  })
  const note = dim(
    'Share of right answers, ± one standard error over seeds; macro: mean over labels, of F1; shown: demonstrations that had room.',
  )
  return `${resultsTable(report)}\n${note}\n\n${labelTable(report)}\n\n${facts}\n`
}

/** How many examples each label has, where it is not as many: a balanced part takes all of a label that has too few. */
function unevenText({ task, data }: TaskReport): string {
  const counts = data.examplesByLabel
  if (Math.max(...counts) - Math.min(...counts) <= 1) return ''
  return `; ${task.labels.map((label, index) => `${countText(counts[index] ?? 0)} ${label}`).join(', ')}`
}

function leftOutText(leftOut: number): string {
  return leftOut === 0 ? '' : `; ${countText(leftOut)} longer than the model allows were left out`
}

function resultsTable({ results }: TaskReport): string {
  const rows = results.map((result) => [
    names[result.way],
    result.template,
    result.learningRate === null ? '' : rateText(result.learningRate),
    result.diverged > 0 ? `diverged in ${result.diverged}` : shareText(result.accuracy, result.standardError),
    result.gain === null ? '' : signed(shareText(result.gain, result.gainStandardError)),
    result.macro === null ? '' : shareText(result.macro.f1, null),
    result.seeds.map(({ accuracy }) => shareText(accuracy, null)).join(' '),
    result.demonstrations.toFixed(1),
  ])
  return tableText(['way', 'template', 'rate', 'accuracy', 'gain', 'macro F1', 'by seed', 'shown'], rows)
}

/** How often each label's examples were answered rightly. */
function labelTable({ task, results }: TaskReport): string {
  const rows = results.map(({ way, template, learningRate, labels }: TaskResult) => [
    names[way],
    template,
    learningRate === null ? '' : rateText(learningRate),
    ...labels.map(({ recall }) => shareText(recall, null)),
  ])
  return tableText(['way', 'template', 'rate', ...task.labels.map((label) => `right of ${label}`)], rows)
}

function shareText(share: number | null, error: number | null): string {
  if (share === null) return ''
  const text = `${(100 * share).toFixed(1)} %`
  return error === null ? text : `${text} ± ${(100 * error).toFixed(1)}`
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`
}
