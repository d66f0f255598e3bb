/**
 * `pnpm coverage`: runs all tests and measures which lines and branches of the published packages they reach, in the tests'
 * own processes and in those that tests start.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import libCoverage from 'istanbul-lib-coverage'
import { withHits } from './src/hits.mjs'
import { coveragePage, unexplained } from './src/page.mjs'
import { condense, runTests, testReports } from './src/run-tests.mjs'
import { measuredPackages, root } from './src/workspace.mjs'

const usage = `Usage: pnpm coverage [options] [package ...]

Runs the tests, npm test's and those of test:system, and tells which lines and branches of the published packages they
reach, also in the processes that they start. Writes docs/coverage.md after a run of all packages, and says which
uncovered parts have no reason there (tooling/test-coverage/reasons.mjs). Build first (pnpm build), and install the
native engine, which packages/tensor is tested on beside WASM; TINT_ENGINES chooses other engines for all.

  --report-only  make the table of the last runs again, without running tests`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'report-only': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const results = join(root, 'coverage')
const all = measuredPackages()
const unknown = positionals.find((name) => !all.some((measured) => isNamed(measured, name)))
if (unknown !== undefined) {
  console.error(
    `There is no package ${unknown}; expected some of ${all.map(({ folder }) => folder).join(', ')}.`,
  )
  process.exit(2)
}
const chosen =
  positionals.length === 0 ? all : all.filter((each) => positionals.some((name) => isNamed(each, name)))
/** @type {string[]} */
const failed = []
if (!values['report-only']) {
  for (const measured of chosen) {
    const folder = folderOf(measured)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    console.log(`\n${measured.name}`)
    if (!(await runTests(measured, folder))) failed.push(measured.name)
  }
}

const missing = all.filter((measured) => !existsSync(folderOf(measured)))
const processes = libCoverage.createCoverageMap({})
for (const folder of all.map(folderOf)) {
  // Of a run that was stopped.
  if (values['report-only']) await condense(folder)
  const file = join(folder, 'processes.json')
  if (existsSync(file)) processes.merge(JSON.parse(readFileSync(file, 'utf8')))
}
const measured = all.map(({ name, folder }) => {
  const map = libCoverage.createCoverageMap({})
  const own = folderOf({ folder })
  for (const report of existsSync(own) ? testReports(own) : [])
    map.merge(JSON.parse(readFileSync(report, 'utf8')))
  const files = map.files().map((file) => {
    const data = map.fileCoverageFor(file).data
    return processes.data[file] === undefined ? data : withHits(data, processes.fileCoverageFor(file).data)
  })
  return { name, folder, files }
})
const page = coveragePage(measured.filter(({ files }) => files.length > 0))
const open = unexplained(measured)
if (missing.length === 0) {
  writeFileSync(join(root, 'docs/coverage.md'), page)
  spawnSync('npx', ['biome', 'check', '--write', 'docs/coverage.md'], {
    cwd: root,
    shell: process.platform === 'win32',
  })
  console.log('\nWrote docs/coverage.md.')
} else {
  console.log(`\n${page}`)
}
if (open.length > 0) {
  console.log('Uncovered, without a reason in tooling/test-coverage/reasons.mjs:')
  for (const { file, first, last } of open)
    console.log(`  ${file}:${first}${first === last ? '' : `-${last}`}`)
}
if (failed.length > 0) {
  console.error(`Tests failed: ${failed.join(', ')}.`)
  process.exit(1)
}

/** @param {{ folder: string }} measured */
function folderOf({ folder }) {
  return join(results, folder.replace('/', '-'))
}

/** @param {{ name: string, folder: string }} measured @param {string} asked */
function isNamed({ name, folder }, asked) {
  return name === asked || folder === asked || folder.endsWith(`/${asked}`)
}
