import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reasons } from '../reasons.mjs'
import { withHits } from './hits.mjs'
import { coveragePage, unexplained } from './page.mjs'
import { processCoverage } from './processes.mjs'
import { uncoveredRanges } from './uncovered.mjs'
import { measuredPackages, root } from './workspace.mjs'

const source = `export const size = (n: number): string => {
  if (n > 10) {
    return 'large'
  }
  return 'small'
}
const asked: number = Number(process.argv[2])
if (asked < 0) {
  const first = 'never'
  console.log(first)
  console.log(size(1))
  console.log(size(2))
}
console.log(size(asked))
`

let folder: string

/** Runs the program, built with a source map, in a process of its own. */
function measured(...args: string[]) {
  const processes = mkdtempSync(join(folder, 'run-'))
  const { stdout } = spawnSync(process.execPath, [join(folder, 'program.js'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_V8_COVERAGE: processes },
  })
  return { processes, stdout }
}

/** Of runs with other arguments, each in a process of its own. */
async function coverageOf(...runs: string[]) {
  const processes = runs.map((run) => measured(run).processes)
  for (const other of processes.slice(1)) cpSync(other, processes[0]!, { recursive: true })
  return (await processCoverage(processes[0]!, folder)).fileCoverageFor(join(folder, 'program.ts')).data
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tint-coverage-')))
  const built = transformSync(source, { loader: 'ts', sourcemap: 'external', sourcefile: 'program.ts' })
  writeFileSync(join(folder, 'program.ts'), source)
  writeFileSync(join(folder, 'program.js'), built.code)
  writeFileSync(join(folder, 'program.js.map'), built.map)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('processes', () => {
  it('tell which lines of the source they ran', async () => {
    expect(measured('3').stdout).toBe('small\n')
    expect(uncoveredRanges(await coverageOf('3'))).toEqual([
      { first: 3, last: 3 },
      { first: 9, last: 12 },
    ])
  })

  it('tell it together', async () => {
    expect(uncoveredRanges(await coverageOf('3', '30'))).toEqual([{ first: 9, last: 12 }])
  })

  it('add to what tests ran, and take nothing away', async () => {
    const [small, large] = [await coverageOf('3'), await coverageOf('30')]
    expect(uncoveredRanges(large)).toEqual([
      { first: 5, last: 5 },
      { first: 9, last: 12 },
    ])
    const together = withHits(large, small)
    expect(uncoveredRanges(together)).toEqual([{ first: 9, last: 12 }])
    const ways = Object.values(together.b).map((counts) => counts.map((count) => count > 0))
    expect(ways).toEqual([
      [true, true],
      [false, true],
    ])
  })

  it('that were killed while they wrote are left out', async () => {
    const { processes } = measured('3')
    writeFileSync(join(processes, 'coverage-half.json'), '{"result": [')
    expect((await processCoverage(processes, folder)).files()).toHaveLength(1)
    expect((await processCoverage(join(folder, 'none'), folder)).files()).toEqual([])
  })
})

describe('the page', () => {
  it('has a row for a package, and its long parts that have no reason are named', async () => {
    const files = [{ ...(await coverageOf('3')), path: join(root, 'packages/inner/src/program.ts') }]
    const packages = [{ name: '@tintjs/inner', folder: 'packages/inner', files }]
    expect(coveragePage(packages)).toContain(
      '| [`packages/inner`](../packages/inner) | 54.5 % of 11 | 50.0 % of 4 |',
    )
    expect(unexplained(packages)).toEqual([{ file: 'packages/inner/src/program.ts', first: 9, last: 12 }])
  })

  it('gives reasons for files that are there, of packages that are measured', () => {
    for (const file of Object.keys(reasons)) {
      expect(existsSync(join(root, file)), file).toBe(true)
      expect(
        measuredPackages().some((measured) => file.startsWith(`${measured.folder}/src/`)),
        file,
      ).toBe(true)
    }
  })

  it('is named by the root command', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(scripts.coverage).toBe('node tooling/test-coverage/coverage.mjs')
  })
})
