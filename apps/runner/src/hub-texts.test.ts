import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTestHub, type TestHub } from '@tooling/test-hub'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runTint, temporaryFolder } from './test-support'

const lines = Array.from({ length: 12 }, (_, index) => `Storks fly south ${index} times.`)
const rows = lines.map((sentence, id) => `${JSON.stringify({ id, sentence })}\n`).join('')

const folder = temporaryFolder()
let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub({ 'data/test.jsonl': rows }, 'datasets/owner/texts')
})
afterAll(async () => {
  await hub.close()
  folder.remove()
})

const perplexity = (text: string, ...others: string[]) =>
  runTint(
    [
      ...['perplexity', '--model', 'gpt2-nano-bytes', '--engine', 'wasm', '--text', text, '--context', '64'],
      ...['--train-fraction', '0.5', '--ways', 'inner', '--json', ...others],
    ],
    { environment: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: join(folder.path, 'cache') } },
  )

describe('a text of the hub', () => {
  it('is measured as the same text in a file, and fetched once', async () => {
    const local = join(folder.path, 'plain.txt')
    writeFileSync(local, `${lines.join('\n')}\n`)
    const found = await perplexity('datasets/owner/texts/data/test.jsonl', '--column', 'sentence')
    expect(found).toMatchObject({ code: 0, stderr: '' })
    const [fetched, plain] = [found, await perplexity(local)].map(({ stdout }) => JSON.parse(stdout))
    expect(fetched.results).toEqual(plain.results)
    expect(fetched.data).toEqual({ ...plain.data, file: 'test.jsonl' })
    await perplexity('hf://datasets/owner/texts@main/data/test.jsonl', '--column', 'sentence')
    expect(hub.fileRequests()).toHaveLength(1)
  })

  it.each<[string, string, RegExp]>([
    [
      'a file that is not there',
      'datasets/owner/texts/none.jsonl',
      /the hub was asked: There is no file none\.jsonl/,
    ],
    [
      'another column',
      'datasets/owner/texts/data/test.jsonl',
      /test\.jsonl, line 1: column text: .*expected string/,
    ],
  ])('%s is one sentence', async (_, text, words) => {
    const { code, stdout, stderr } = await perplexity(text)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
