import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTestHub, type TestHub } from '@tooling/test-hub'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runTint, temporaryFolder } from './test-support'

const letters = fileURLToPath(new URL('../../../packages/evaluate/src/fixtures/letters', import.meta.url))

/** The lines of a part of the task as rows of a data set. */
function rows(part: string): string {
  const lines = readFileSync(join(letters, `letters.${part}`), 'utf8')
    .trim()
    .split('\n')
  return lines
    .map((line) => `${JSON.stringify({ letters: line.slice(2), label: Number(line[0]) })}\n`)
    .join('')
}

const hubTask = `hub:
  dataset: owner/letters
  labelValues: [0, 1]
  label: label
  fields: { text: letters }
`

const folder = temporaryFolder()
let hub: TestHub
beforeAll(async () => {
  const broken = '{"letters": "s a t", "label": 7}\n'
  const files = { 'train.jsonl': rows('train'), 'test.jsonl': rows('test'), 'broken.jsonl': broken }
  hub = await startTestHub(files, 'datasets/owner/letters')
})
afterAll(async () => {
  await hub.close()
  folder.remove()
})

function evaluate(testFile: string, ...others: string[]) {
  const task = readFileSync(join(letters, 'letters.yaml'), 'utf8')
  const path = join(folder.path, 'letters.yaml')
  writeFileSync(path, `${task}${hubTask}  train: [train.jsonl]\n  test: [${testFile}]\n`)
  return runTint(
    [
      ...['evaluate', '--model', letters, '--task', path, '--engine', 'wasm', '--ways', 'inner'],
      ...['--limit', '10', '--query-sees', 'itself', '--calibration', 'sfc', '--json', ...others],
    ],
    { environment: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: join(folder.path, 'cache') } },
  )
}

describe('a task whose data are on the hub', () => {
  it('is asked as the same data in files, and its files are fetched once', async () => {
    const found = await evaluate('test.jsonl')
    expect(found).toMatchObject({ code: 0, stderr: '' })
    const [fetched, local] = [found, await evaluate('test.jsonl', '--data', letters)].map(({ stdout }) =>
      JSON.parse(stdout),
    )
    expect(fetched.results).toEqual(local.results)
    expect(fetched.data).toEqual({ ...local.data, sha256: fetched.data.sha256 })
    expect((await evaluate('test.jsonl')).stdout).toBe(found.stdout)
    expect(hub.fileRequests()).toHaveLength(2)
  })

  it.each<[string, string, RegExp]>([
    ['a file that is not there', 'none.jsonl', /There is no file none\.jsonl/],
    [
      'a broken row',
      'broken.jsonl',
      /broken\.jsonl, line 1: the label is "7"; expected one of 0, 1 \(early, late\)/,
    ],
  ])('%s is one sentence', async (_, file, words) => {
    const { code, stdout, stderr } = await evaluate(file)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
