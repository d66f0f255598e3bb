import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { lastLines, pnpm } from '../processes.mjs'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'lockfile',
  about:
    'the lockfile holds exactly what package.json files ask for, and no dependency runs code when installed',
  scope: 'workspace',
  async run({ workspace, report }) {
    const { code, output } = await pnpm(workspace, ['install', '--frozen-lockfile', '--lockfile-only'])
    if (code !== 0) {
      report.problem({
        found: `pnpm-lock.yaml is out of date:\n${lastLines(output, 10)}`,
        todo: 'Run `pnpm install` and commit pnpm-lock.yaml.',
      })
    }
    const settings = parse(await readFile(join(workspace.root, 'pnpm-workspace.yaml'), 'utf8'))
    for (const problem of buildScriptProblems(settings)) report.problem(problem)
  },
}

/**
 * What lets dependencies run code of theirs while they are installed.
 *
 * @param {Record<string, unknown>} settings of pnpm-workspace.yaml
 * @returns {import('../contract.mjs').Problem[]}
 */
export function buildScriptProblems(settings) {
  const problems = []
  const allowed = settings.onlyBuiltDependencies
  if (!Array.isArray(allowed) || allowed.length > 0) {
    problems.push({
      found: `onlyBuiltDependencies in pnpm-workspace.yaml is ${JSON.stringify(allowed) ?? 'missing'}; expected []`,
      todo: 'Set it to []: no dependency may run code while it is installed.',
    })
  }
  if (settings.dangerouslyAllowAllBuilds === true || settings.neverBuiltDependencies !== undefined) {
    problems.push({
      found: 'pnpm-workspace.yaml lets dependencies that it does not name run code while they are installed',
      todo: 'Take dangerouslyAllowAllBuilds and neverBuiltDependencies out of it.',
    })
  }
  return problems
}
