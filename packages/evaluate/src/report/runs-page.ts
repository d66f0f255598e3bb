import type { RunSummary, RunsReport } from '../runs/runs-report'
import { clipping } from './chart'
import { comparisonTable } from './comparison-table'
import { htmlDocument, nameOf } from './document'
import { type Markup, markup } from './markup'
import { countText } from './numbers'
import { factText } from './tables'
import { taskSubject } from './task-subject'
import { type PlacedRun, textSubject } from './text-subject'

/**
 * Runs side by side as one HTML file that needs nothing else: for each text and task curves, bars and tables, then what
 * differs between ways and runs with its significance, what cannot be compared and why, and what each run is.
 */
export function runsPage(report: RunsReport): string {
  const { runs, subjects } = report
  const [first] = runs
  const only = runs.length === 1 && first !== undefined
  const title = only ? `Report of ${first.name}` : `Report of ${countText(runs.length)} runs`
  return htmlDocument(
    title,
    markup`<h1>${title}</h1>
${runsTable(runs)}${clipping()}${subjects.map((subject) => subjectSection(report, subject))}${incomparableSection(report)}<section>
<h2>What decides about the numbers</h2>
${runs.map(runFacts)}</section>
`,
  )
}

function subjectSection(report: RunsReport, { title, runs: names }: RunsReport['subjects'][number]): Markup {
  const placed = report.runs.flatMap((summary, index): PlacedRun<RunSummary>[] =>
    names.includes(summary.name)
      ? [{ summary, number: report.runs.length === 1 ? undefined : index + 1 }]
      : [],
  )
  const texts = placed.flatMap(({ summary, number }) =>
    summary.kind === 'perplexity' ? [{ summary, number }] : [],
  )
  const tasks = placed.flatMap(({ summary, number }) =>
    summary.kind === 'task' ? [{ summary, number }] : [],
  )
  const own = report.comparisons.filter(({ first }) => names.includes(first.run))
  const table = comparisonTable(own)
  return markup`<section>
<h2>${texts.length > 0 ? `Perplexity of ${nameOf(title)}` : `Task ${title}`}</h2>
${texts.length > 0 ? textSubject(texts) : taskSubject(tasks)}${table && markup`<h3>Differences</h3>\n${table}`}</section>
`
}

function runsTable(runs: readonly RunSummary[]): Markup {
  return markup`<div class="scroll"><table class="results">
<thead><tr><th scope="col">run</th><th scope="col">model</th><th scope="col">measured on</th><th scope="col">engine</th><th scope="col">tint</th><th scope="col">git revision</th></tr></thead>
<tbody>
${runs.map(
  (run) =>
    markup`<tr><th scope="row">${run.name}</th><td>${nameOf(run.model)}</td><td>${run.kind === 'perplexity' ? nameOf(run.file) : `task ${run.task.name}`}</td><td>${run.engine}</td><td>${run.versions.tint ?? '–'}</td><td>${run.gitRevision?.slice(0, 10) ?? '–'}</td></tr>
`,
)}</tbody>
</table></div>
`
}

function incomparableSection({ incomparable }: RunsReport): Markup | undefined {
  if (incomparable.length === 0) return undefined
  return markup`<section>
<h2>What cannot be compared</h2>
<p class="soft">These runs share no samples, so that a difference between them would say nothing.</p>
<div class="scroll"><table class="results words">
<thead><tr><th scope="col">first</th><th scope="col">second</th><th scope="col">why not</th></tr></thead>
<tbody>
${incomparable.map(({ first, second, reason }) => markup`<tr><td>${first.join(', ')}</td><td>${second.join(', ')}</td><td>${reason}</td></tr>\n`)}</tbody>
</table></div>
</section>
`
}

function runFacts(run: RunSummary): Markup {
  const { name, folder, model, dataSha256, gitRevision, versions, configuration } = run
  const facts = {
    folder,
    model,
    dataSha256,
    gitRevision,
    ...Object.fromEntries(
      Object.entries(versions).map(([program, version]) => [`version of ${program}`, version]),
    ),
    ...configuration,
  }
  return markup`<details><summary>${name}</summary>
<div class="scroll"><table class="facts"><tbody>
${Object.entries(facts).map(([fact, value]) => markup`<tr><th scope="row">${fact}</th><td>${factText(value)}</td></tr>\n`)}</tbody></table></div>
</details>
`
}
