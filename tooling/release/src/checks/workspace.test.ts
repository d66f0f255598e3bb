/** The checks that look at the workspace as a whole. */
import { expect, it } from 'vitest'
import { collectReport } from '../contract.mjs'
import { goodManifest, outcome, workspaceOf } from '../test-support/fixture'
import { judgeAudit } from './audit.mjs'
import { check as knip } from './knip.mjs'
import { licenceProblems } from './licences.mjs'
import { buildScriptProblems } from './lockfile.mjs'

it('knip finds a file that nothing uses', async () => {
  const manifest = goodManifest({ exports: { '.': './index.js' } })
  const used = { 'packages/good/index.js': 'export const answer = 42\n' }
  const files = { ...used, 'packages/good/lost.js': 'export const lost = 1\n' }
  const { problems } = await outcome(knip, await workspaceOf(manifest, files))
  expect(problems).toHaveLength(1)
  expect(problems[0]?.found).toContain('packages/good/lost.js')
  expect(problems[0]?.found).not.toContain('index.js')
})

it('licences finds what the list does not allow', () => {
  const dependency = (name: string) => [{ name, versions: ['1.0.0'] }]
  const fine = {
    MIT: dependency('a'),
    '(MIT OR GPL-3.0-only)': dependency('b'),
    '(MIT AND ISC)': dependency('c'),
  }
  expect(licenceProblems(fine)).toEqual([])
  const wrong = {
    'GPL-3.0-only': dependency('d'),
    Unknown: dependency('e'),
    '(MIT AND GPL-3.0-only)': dependency('f'),
  }
  expect(licenceProblems(wrong).map(({ found }) => found.split(';')[0])).toEqual([
    'd 1.0.0 has the licence GPL-3.0-only',
    'e 1.0.0 has the licence Unknown',
    'f 1.0.0 has the licence (MIT AND GPL-3.0-only)',
  ])
})

it('audit tells vulnerabilities from a registry that does not answer', () => {
  const advisory = {
    module_name: 'a',
    vulnerable_versions: '<2',
    patched_versions: '>=2',
    title: 'Bad',
    severity: 'high',
    url: 'https://example.org',
  }
  const judged = (answer: object | string) => {
    const report = collectReport()
    const stdout = typeof answer === 'string' ? answer : JSON.stringify(answer)
    judgeAudit({ code: 1, stdout, stderr: '', output: stdout }, report)
    return { problems: report.problems.length, gaps: report.gaps.length }
  }
  expect(judged({ advisories: {} })).toEqual({ problems: 0, gaps: 0 })
  expect(judged({ advisories: { 1: advisory } })).toEqual({ problems: 1, gaps: 0 })
  expect(judged({ error: { code: 'ERR_PNPM_AUDIT_BAD_RESPONSE', message: '405' } })).toEqual({
    problems: 0,
    gaps: 1,
  })
  expect(judged('no JSON')).toEqual({ problems: 0, gaps: 1 })
})

it('lockfile finds settings that let dependencies run code when they are installed', () => {
  expect(buildScriptProblems({ onlyBuiltDependencies: [] })).toEqual([])
  expect(buildScriptProblems({})).toHaveLength(1)
  expect(buildScriptProblems({ onlyBuiltDependencies: ['esbuild'] })).toHaveLength(1)
  expect(buildScriptProblems({ onlyBuiltDependencies: [], dangerouslyAllowAllBuilds: true })).toHaveLength(1)
})
