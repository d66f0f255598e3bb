import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './workspace.mjs'

/**
 * Runs a package's tests and measures them: what vitest's own processes run, and what the processes that tests start run.
 *
 * @param {import('./workspace.mjs').MeasuredPackage} measured
 * @param {string} folder where the measures go: `tests*` (Istanbul's form) and `processes` (V8's)
 * @returns {boolean} whether all tests passed
 */
export function runTests({ folder: own, system }, folder) {
  const processes = join(folder, 'processes')
  mkdirSync(processes, { recursive: true })
  const configs = system ? ['vitest.config.ts', 'vitest.system.config.ts'] : ['vitest.config.ts']
  return configs
    .map((config, index) => {
      const { status } = spawnSync(
        'npx',
        [
          ...['vitest', 'run', '--config', config, '--reporter', 'dot', '--coverage'],
          // Part of a package's files may have no test in one of the two.
          ...['--coverage.reportsDirectory', join(folder, `tests-${index}`), '--coverage.reportOnFailure'],
        ],
        {
          cwd: join(root, own),
          stdio: ['ignore', 'inherit', 'inherit'],
          shell: process.platform === 'win32',
          env: { ...process.env, TINT_COVERAGE: processes },
        },
      )
      return status === 0
    })
    .every(Boolean)
}

/**
 * @param {string} folder as `runTests` has filled it
 * @returns {string[]} files of Istanbul's form
 */
export function testReports(folder) {
  return readdirSync(folder)
    .filter((name) => name.startsWith('tests-'))
    .map((name) => join(folder, name, 'coverage-final.json'))
    .filter((file) => existsSync(file))
}
