/** What a run of the checks tells: to a person, and to a program. */
import Table from 'cli-table3'

/** @typedef {import('./run-checks.mjs').Outcome} Outcome */

/**
 * An outcome in lines: what was found, and what to do.
 *
 * @param {Outcome} outcome
 */
export function outcomeText(outcome) {
  const { check, problems, gaps, notes } = outcome
  const lines = [
    `${verdict(outcome) === 'ok' ? 'ok' : verdict(outcome).toUpperCase()} ${check.name}: ${check.about}`,
    ...notes.map((note) => indented(note)),
    ...problems.flatMap((problem) => problemLines('✗', problem)),
    ...gaps.flatMap((gap) => problemLines('?', gap)),
  ]
  return lines.join('\n')
}

function problemLines(sign, { package: name, found, todo }) {
  const subject = name === undefined ? '' : `${name}: `
  return [indented(`${sign} ${subject}${found}`), indented(`→ ${todo}`, 4)]
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
    style: { head: [], border: [], compact: true },
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
    checks: outcomes.map(({ check, problems, gaps, notes, seconds }) => ({
      name: check.name,
      about: check.about,
      passed: problems.length === 0,
      seconds: Number(seconds.toFixed(3)),
      problems,
      unproven: gaps,
      notes,
    })),
    passed: outcomes.every(({ problems }) => problems.length === 0),
    complete: outcomes.every(({ gaps }) => gaps.length === 0),
  }
}

function packagesCell({ check, problems }, packages) {
  if (check.scope === 'workspace') return 'workspace'
  if (problems.some((problem) => problem.package === undefined)) return `? of ${packages}`
  return `${packages - new Set(problems.map((problem) => problem.package)).size} of ${packages}`
}

function verdict({ problems, gaps }) {
  if (problems.length === 0) return gaps.length === 0 ? 'ok' : 'unproven'
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`
}

function indented(text, by = 2) {
  return text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n')
}
