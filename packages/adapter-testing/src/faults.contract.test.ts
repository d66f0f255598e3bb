import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

interface Assertion {
  ancestorTitles: string[]
  title: string
  status: string
  failureMessages: string[]
}

interface Report {
  testResults: { assertionResults: Assertion[] }[]
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** The cases of each faulty adapter. */
const cases = new Map<string, Assertion[]>()

const failuresOf = (fault: string) => (cases.get(fault) ?? []).filter(({ status }) => status === 'failed')
const titlesOf = (fault: string) => failuresOf(fault).map(({ title }) => title)
const messagesOf = (fault: string) => failuresOf(fault).flatMap(({ failureMessages }) => failureMessages)

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
  for (const assertion of testResults.flatMap((one) => one.assertionResults)) {
    const fault = assertion.ancestorTitles.find((name) => name !== '') ?? ''
    cases.set(fault, [...(cases.get(fault) ?? []), assertion])
  }
})

const wrongStep = [
  'gives the right loss and logits before the step',
  'with analytic derivatives gives the right step: loss, logits and every weight',
  'with the exact gradient gives dynamic evaluation',
]

describe('an adapter', () => {
  it.each(['another scale of attention', 'another epsilon', 'another kind of GELU', 'no final norm'])(
    'with %s fails on the right answers',
    (fault) => expect(titlesOf(fault)).toEqual(expect.arrayContaining(wrongStep)),
  )

  it('that leaves a norm out is told which tensors no layer reads', () => {
    expect(messagesOf('no final norm').join()).toContain(
      'no layer reads transformer.ln_f.weight [64], transformer.ln_f.bias [64]',
    )
  })

  it('that names tensors wrongly is told all that does not fit, at once', () => {
    const told = messagesOf('other tensors').join()
    expect(told).toContain(
      'the checkpoint has no norm.weight [64], norm.bias [64]; no layer reads transformer.ln_f.weight [64]',
    )
    expect(told).toContain('transformer.wpe.weight has shape [64, 64], and a layer expects [7, 64]')
  })

  it('that takes any configuration fails on what it must refuse, and on nothing else', () => {
    expect(titlesOf('every configuration is right')).toEqual([
      'refuses a field that it does not know, by name',
      'refuses what is no configuration',
      'refuses {"n_layer":2}',
    ])
  })

  it('without fixtures fails', () => {
    expect(titlesOf('nothing to compare with')).toEqual(['has a fixture'])
  })
})
