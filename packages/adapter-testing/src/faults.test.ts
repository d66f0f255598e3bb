import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

interface Report {
  testResults: { assertionResults: { ancestorTitles: string[]; title: string; status: string }[] }[]
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** Names of the failed cases of each faulty adapter. */
const failed = new Map<string, string[]>()

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tint-faults-'))
  const file = join(folder, 'report.json')
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const config = 'src/test-support/vitest.config.ts'
  const args = [program, 'run', '--config', config, '--reporter=json', `--outputFile=${file}`]
  // It fails, as it must.
  const run = promisify(execFile)(process.execPath, args, { cwd: root }).then(
    () => 0,
    (error: { code: number }) => error.code,
  )
  expect(await run).toBe(1)
  const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report
  await rm(folder, { recursive: true })
  for (const { ancestorTitles, title, status } of testResults.flatMap((one) => one.assertionResults)) {
    const fault = ancestorTitles.find((name) => name !== '') ?? ''
    const titles = failed.get(fault) ?? []
    failed.set(fault, status === 'failed' ? [...titles, title] : titles)
  }
}, 120_000)

const wrongStep = [
  'gives the right loss and logits before the step',
  'with analytic derivatives gives the right step: loss, logits and every weight',
  'with the exact gradient gives dynamic evaluation',
]

describe('an adapter', () => {
  it.each(['another scale of attention', 'another epsilon', 'another kind of GELU', 'no final norm'])(
    'with %s fails on the right answers',
    (fault) => expect(failed.get(fault)).toEqual(expect.arrayContaining(wrongStep)),
  )

  it('that leaves a norm out is told which tensors no layer reads', () => {
    expect(failed.get('no final norm')).toContain('reads every tensor of the checkpoint')
  })

  it('that takes any configuration fails on what it must refuse, and on nothing else', () => {
    expect(failed.get('every configuration is right')).toEqual([
      'refuses a field that it does not know, by name',
      'refuses what is no configuration',
      'refuses {"n_layer":2}',
    ])
  })

  it('without fixtures fails', () => {
    expect(failed.get('nothing to compare with')).toEqual(['has a fixture'])
  })
})
