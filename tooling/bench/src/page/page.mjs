import { htmlDocument, markup, section } from '@tintjs/evaluate/page'
import { accountOf } from '../account.mjs'
import { goalsTable, metText } from '../terminal.mjs'
import { bytesText } from '../texts.mjs'
import { works } from '../works/index.mjs'
import { chartFigure } from './charts.mjs'
import { ownStyle } from './style.mjs'

/**
 * All results as one HTML page that needs nothing else.
 *
 * @param {import('zod').infer<typeof import('../results.mjs').resultsSchema>} results
 */
export function benchPage(results) {
  const measured = works.flatMap((work) => {
    const entry = results.works[work.name]
    return entry === undefined ? [] : [{ work, entry, account: accountOf(work, entry) }]
  })
  return htmlDocument(
    'Speed and memory of TinT',
    markup`<h1>Speed and memory of TinT</h1>
${quickWarning(measured)}${section('Goals', markup``, allGoals(measured))}${measured.map(workSection)}`,
    ownStyle,
  )
}

function quickWarning(measured) {
  const quick = measured.filter(({ entry }) => entry.quick).map(({ work }) => work.name)
  if (quick.length === 0) return undefined
  return markup`<p class="warning">Tiny sizes, to see that everything works: the figures of ${quick.join(', ')} mean nothing.</p>
`
}

function allGoals(measured) {
  const goals = measured.flatMap(({ work, account }) =>
    account.goals.map((goal) => ({ ...goal, work: work.title })),
  )
  if (goals.length === 0) return undefined
  const met = goals.filter((goal) => goal.met).length
  const known = goals.filter((goal) => goal.met !== null).length
  const lead = markup`<p class="lead"><b>${met} of ${known}</b> goals that were measured are met.</p>
`
  return markup`${known === 0 ? undefined : lead}<div class="scroll"><table class="results goals">
<thead><tr><th>work</th><th>goal</th><th>found</th><th>met</th></tr></thead>
<tbody>
${goals.map(
  ({ work, text, found, met: reached }) =>
    markup`<tr><td>${work}</td><td>${text}</td><td>${found}</td><td class="${metClass(reached)}">${metText(reached)}</td></tr>
`,
)}</tbody>
</table></div>
`
}

function metClass(met) {
  return met === null ? '' : met ? 'met' : 'missed'
}

function workSection({ work, entry, account }) {
  const { goals, tables, charts } = account
  const own = goals.length === 0 ? tables : [goalsTable(goals), ...tables]
  return section(
    work.title,
    markup`<p class="soft">${work.description}</p>
`,
    markup`${
      charts.length === 0
        ? undefined
        : markup`<div class="charts">
${charts.map(chartFigure)}</div>
`
    }${own.map(tableOf)}${provenance(work, entry)}`,
  )
}

/** @param {import('../account.mjs').Table} table */
function tableOf({ title, columns, rows, note }) {
  return markup`<div class="scroll"><table class="results">
<caption>${title}</caption>
<thead><tr>${columns.map((column) => markup`<th>${column}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>
`,
)}</tbody>
</table></div>
${
  note === undefined
    ? undefined
    : markup`<p class="note">${note}</p>
`
}`
}

function provenance(work, { date, rounds, revision, machine }) {
  const { processor, cores, memoryBytes, node, engine, pytorch } = machine
  const commit =
    revision.commit === null ? 'unknown' : `${revision.commit}${revision.changed ? ', with changes' : ''}`
  const facts = {
    command: `pnpm bench --only ${work.name}`,
    date,
    rounds: String(rounds),
    revision: commit,
    processor: `${processor}, ${cores} cores, ${bytesText(memoryBytes)}`,
    engine: `${engine.name} ${engine.version}, ${engine.threads} threads, ${engine.device}; tfjs ${engine.tfjs}; Node ${node}`,
    PyTorch:
      pytorch === null ? 'not measured' : `torch ${pytorch.torch}, transformers ${pytorch.transformers}`,
  }
  return markup`<details><summary>What it was measured on</summary>
<div class="scroll"><table class="facts"><tbody>
${Object.entries(facts).map(
  ([fact, value]) => markup`<tr><th scope="row">${fact}</th><td>${value}</td></tr>
`,
)}</tbody></table></div>
</details>
`
}
