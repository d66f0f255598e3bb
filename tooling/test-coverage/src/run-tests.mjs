import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processCoverage } from './processes.mjs'
import { root } from './workspace.mjs'

/**
 * Runs a package's tests and measures them: what vitest's own processes run, and what the processes that tests start run.
 *
 * @param {import('./workspace.mjs').MeasuredPackage} measured
 * @param {string} folder where the measures go, in Istanbul's form: `tests-*` and `processes.json`
 * @returns {Promise<boolean>} whether all tests passed
 */
export async function runTests({ folder: own, system }, folder) {
  const processes = join(folder, 'processes')
  mkdirSync(processes, { recursive: true })
  const configs = system ? ['vitest.config.ts', 'vitest.system.config.ts'] : ['vitest.config.ts']
  const passed = configs
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
          env: { TINT_ENGINES: enginesFor(own), ...process.env, TINT_COVERAGE: processes },
        },
      )
      return status === 0
    })
    .every(Boolean)
  await condense(folder)
  return passed
}

/**
 * Most code is the same on every engine; `tensor` holds what is not.
 *
 * @param {string} folder of the package
 */
function enginesFor(folder) {
  return folder === 'packages/tensor' ? 'tensorflow,wasm' : 'wasm'
}

/**
 * Puts what processes wrote, which is gigabytes for the command, into one file.
 *
 * @param {string} folder as `runTests` has filled it
 */
export async function condense(folder) {
  const processes = join(folder, 'processes')
  if (!existsSync(processes)) return
  writeFileSync(join(folder, 'processes.json'), JSON.stringify(await processCoverage(processes, root)))
  rmSync(processes, { recursive: true })
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
