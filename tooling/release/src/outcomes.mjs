/** What a run of the checks tells: to a person, and to a program. */
import Table from 'cli-table3'

/** @typedef {import('./run-checks.mjs').Outcome} Outcome */

/**
 * An outcome in lines: what was found, and what to do.
 *
 * @param {Outcome} outcome
 */
export function outcomeText({ check, problems, notes }) {
  const lines = [
    `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${check.name}: ${check.about}`,
    ...notes.map((note) => indented(note)),
    ...problems.flatMap(({ package: name, found, todo }) => [
      indented(`✗ ${name === undefined ? '' : `${name}: `}${found}`),
      indented(`→ ${todo}`, 4),
    ]),
  ]
  return lines.join('\n')
}

/**
 * A row for each check.
 *
 * @param {Outcome[]} outcomes
 * @param {number} packages how many are published
 */
export function outcomesTable(outcomes, packages) {
  const table = new Table({
    head: ['check', 'packages', 'verdict', 'seconds'],
    colAligns: ['left', 'right', 'left', 'right'],
    style: { head: [], border: [] },
  })
  for (const outcome of outcomes) {
    table.push([
      outcome.check.name,
      packagesCell(outcome, packages),
      verdict(outcome),
      outcome.seconds.toFixed(1),
    ])
  }
  return table.toString()
}

/** The same for a program. */
export function outcomesJson(outcomes, workspace) {
  return {
    packages: workspace.packages.map(({ name, manifest }) => ({ name, version: manifest.version })),
    checks: outcomes.map(({ check, problems, notes, seconds }) => ({
      name: check.name,
      about: check.about,
      passed: problems.length === 0,
      seconds: Number(seconds.toFixed(3)),
      problems,
      notes,
    })),
    passed: outcomes.every(({ problems }) => problems.length === 0),
  }
}

function packagesCell({ check, problems }, packages) {
  if (check.scope === 'workspace') return 'workspace'
  if (problems.some((problem) => problem.package === undefined)) return `? of ${packages}`
  return `${packages - new Set(problems.map((problem) => problem.package)).size} of ${packages}`
}

function verdict({ problems }) {
  if (problems.length === 0) return 'ok'
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`
}

function indented(text, by = 2) {
  return text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n')
}
