import { expect, it } from 'vitest'
import { checks } from './checks/index.mjs'
import type { Check } from './contract.mjs'
import { outcomesJson, outcomesTable, outcomeText } from './outcomes.mjs'
import { runChecks } from './run-checks.mjs'
import { goodManifest, temporaryFolder, workspaceOf } from './test-support/fixture'

function checkThat(name: string, run: Check['run'], scope: Check['scope'] = 'packages'): Check {
  return { name, about: `what ${name} is about`, scope, run }
}

it('runs every check, also after one that fails and one that breaks off', async () => {
  const workspace = await workspaceOf(goodManifest())
  const all = [
    checkThat('fails', ({ report }) =>
      report.problem({ package: '@tintjs/good', found: 'A.', todo: 'Do B.' }),
    ),
    checkThat('breaks', () => Promise.reject(new Error('no such file'))),
    checkThat(
      'cannot',
      ({ report }) => report.unproven({ found: 'No answer.', todo: 'Ask elsewhere.' }),
      'workspace',
    ),
    checkThat('passes', ({ report }) => report.note('All is well.')),
  ]
  const outcomes = []
  for await (const outcome of runChecks(all, workspace, temporaryFolder())) outcomes.push(outcome)

  expect(outcomes.map(({ problems }) => problems.length)).toEqual([1, 1, 0, 0])
  expect(outcomes.map(outcomeText)).toEqual([
    '1 PROBLEM fails: what fails is about\n  ✗ @tintjs/good: A.\n    → Do B.',
    expect.stringContaining('✗ no such file'),
    'UNPROVEN cannot: what cannot is about\n  ? No answer.\n    → Ask elsewhere.',
    'ok passes: what passes is about\n  All is well.',
  ])
  const rows = outcomesTable(outcomes, 1)
    .split('\n')
    .filter((line) => /│ (fails|breaks|cannot|passes) /.test(line))
  expect(
    rows.map((row) =>
      row
        .split('│')
        .slice(1, 4)
        .map((cell) => cell.trim()),
    ),
  ).toEqual([
    ['fails', '0 of 1', '1 problem'],
    ['breaks', '? of 1', '1 problem'],
    ['cannot', 'workspace', 'unproven'],
    ['passes', '1 of 1', 'ok'],
  ])
  expect(outcomesJson(outcomes, workspace)).toMatchObject({ passed: false, complete: false })
  expect(outcomesJson(outcomes.slice(3), workspace)).toMatchObject({ passed: true, complete: true })
})

it('has one name for each check', () => {
  const names = checks.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
