import { max, min } from 'd3-array'
import type { TaskSummary } from '../runs/runs-report'
import type { TaskResult } from '../tasks/task-results'
import { bars } from './bars'
import { shifted } from './chart'
import { keyList } from './keys'
import { type Markup, markup } from './markup'
import { countText, pointsText, rateText, shareText, wayNames } from './numbers'
import { type RatePanel, rateCharts } from './rate-charts'
import { lineName } from './result-set'
import type { PlacedRun } from './text-subject'

type PlacedTask = PlacedRun<TaskSummary>

/** Runs of the same task: accuracy as bars and, where there are several rates, against them, and all results. */
export function taskSubject(runs: readonly PlacedTask[]): Markup {
  const templates = [
    ...new Set(runs.flatMap(({ summary }) => summary.results.map(({ template }) => template))),
  ]
  const labels = runs[0]?.summary.task.labels ?? []
  return markup`<p class="soft">Share of right answers, each way at its best rate, mean over seeds with one standard error over them. Bars are full at 100 %; guessing among ${countText(labels.length)} labels gives about ${shareText(1 / labels.length, null)}.</p>
<div class="charts">
${templates.map(
  (template) => markup`<figure>
<figcaption>template ${template}</figcaption>
${bars(
  runs.flatMap((run) => barsOf(run, template)),
  1,
)}</figure>
`,
)}</div>
${againstRate(runs, templates)}<h3>All results</h3>
${resultsTable(runs)}`
}

function barsOf({ summary, number }: PlacedTask, template: string): Parameters<typeof bars>[0] {
  return summary.best
    .filter((result) => result.template === template)
    .map(({ way, learningRate, accuracy, standardError }) => ({
      name: `${lineName(number === undefined ? undefined : { number, name: summary.name }, wayNames[way])}${learningRate === null ? '' : ` at ${rateText(learningRate)}`}`,
      share: accuracy ?? 0,
      error: standardError,
      way,
      text: accuracy === null ? '–' : shareText(accuracy, standardError),
    }))
}

function againstRate(runs: readonly PlacedTask[], templates: readonly string[]): Markup | undefined {
  const rates = new Set(
    runs.flatMap(({ summary }) => summary.results.flatMap(({ learningRate }) => learningRate ?? [])),
  )
  if (rates.size < 2) return undefined
  const ways = (['inner', 'exact', 'tint'] as const).filter((way) =>
    runs.some(({ summary }) => summary.results.some((result) => result.way === way)),
  )
  return markup`<h3>Accuracy against learning rate</h3>
${keyList(
  runs.flatMap(({ summary, number }) =>
    ways.map((way) => ({
      look: { way, run: number },
      text: lineName(number === undefined ? undefined : { number, name: summary.name }, wayNames[way]),
    })),
  ),
)}${rateCharts(
  templates.map((template) => panelOf(runs, template)),
  'right answers, %',
)}`
}

function panelOf(runs: readonly PlacedTask[], template: string): RatePanel {
  const own = runs.flatMap(({ summary, number }) => {
    const run = number === undefined ? undefined : { number, name: summary.name }
    return summary.results.filter((result) => result.template === template).map((result) => ({ run, result }))
  })
  const levels = own.flatMap(({ run, result: { way, accuracy } }) =>
    way !== 'inner' || accuracy === null
      ? []
      : [
          {
            look: { way, run: run?.number },
            value: 100 * accuracy,
            title: `${lineName(run, wayNames[way])}: ${shareText(accuracy, null)}`,
          },
        ],
  )
  const lines = shifted(
    runs.flatMap(({ number }) =>
      (['exact', 'tint'] as const).map((way) => ({
        look: { way, run: number, shift: 0 },
        points: own
          .filter(({ run, result }) => run?.number === number && result.way === way)
          .flatMap(({ run, result }) => pointOf(run, result)),
      })),
    ),
  )
  const points = lines.flatMap((line) => line.points)
  const values = [
    ...levels.map(({ value }) => value),
    ...points.flatMap(({ y, error }) => [y - (error ?? 0), y + (error ?? 0)]),
  ]
  const [least, most] = [min(values) ?? 0, max(values) ?? 100]
  // A model may answer everything alike whatever it learns: a point to both sides is a scale that can be read.
  const half = Math.max(1, (most - least) / 2)
  const [low, high] = [(least + most) / 2 - half, (least + most) / 2 + half]
  return {
    caption: `template ${template}`,
    label: `Accuracy against learning rate with template ${template}`,
    ...{ lines, levels, anchor: 0, low, high },
  }
}

function pointOf(run: Parameters<typeof lineName>[0], result: TaskResult) {
  const { way, learningRate, accuracy, standardError } = result
  if (!learningRate || accuracy === null) return []
  return [
    {
      x: learningRate,
      y: 100 * accuracy,
      error: standardError === null ? null : 100 * standardError,
      title: `${lineName(run, wayNames[way])}, rate ${rateText(learningRate)}: ${shareText(accuracy, standardError)}`,
    },
  ]
}

function resultsTable(runs: readonly PlacedTask[]): Markup {
  const isBest = ({ best }: TaskSummary, result: TaskResult) =>
    result.way !== 'inner' && best.includes(result)
  return markup`<div class="scroll"><table class="results">
<thead><tr><th scope="col">way</th><th scope="col">run</th><th scope="col">template</th><th scope="col">rate</th><th scope="col">right answers</th><th scope="col">gain over the model alone</th><th scope="col">macro F1</th><th scope="col">by seed</th><th scope="col">demonstrations</th></tr></thead>
<tbody>
${runs.map(({ summary }) =>
  summary.results.map(
    (result) =>
      markup`<tr class="${result.way}${isBest(summary, result) ? ' best' : ''}"><td>${wayNames[result.way]}</td><td>${summary.name}</td><td>${result.template}</td><td>${result.learningRate === null ? '–' : rateText(result.learningRate)}</td><td>${result.accuracy === null ? `diverged in ${countText(result.diverged)} samples` : shareText(result.accuracy, result.standardError)}</td><td>${result.gain === null ? '–' : pointsText(result.gain, result.gainStandardError)}</td><td>${result.macro === null ? '–' : shareText(result.macro.f1, null)}</td><td>${result.seeds.map(({ accuracy }) => (accuracy === null ? '–' : shareText(accuracy, null))).join(', ')}</td><td>${result.demonstrations.toFixed(1)}</td></tr>
`,
  ),
)}</tbody>
</table></div>
<p class="note">± is one standard error over seeds. Bold: the best rate of a way and template.</p>
`
}
