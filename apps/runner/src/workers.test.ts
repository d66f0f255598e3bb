import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { optionArgs, runJson, runTint, temporaryFolder } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)

const content = 'The storks fly south in autumn, the cranes fly north in spring. '.repeat(7)
const text = join(folder.path, 'storks.txt')
writeFileSync(text, content)

const rightOptions: Readonly<Record<string, string>> = {
  '--model': 'opt-nano-bytes',
  '--text': text,
  '--context': '64',
  '--train-fraction': '0.5',
  '--learning-rate': '3e-4,1e-3',
  '--batch': '1',
  '--engine': 'wasm',
  '--workers': '2',
}

const output = (name: string) => join(folder.path, name)
const samples = (name: string) => readFileSync(join(output(name), 'samples.jsonl'), 'utf8')
const args = (name: string, changed: Readonly<Record<string, string>> = {}) =>
  optionArgs('perplexity', rightOptions, { '--output': output(name), ...changed }, '--resume')

/** Whether a run has written samples. */
const hasBegun = (name: string) => {
  const path = join(output(name), 'samples.jsonl')
  return existsSync(path) && statSync(path).size > 0
}

let whole: Record<string, unknown>
beforeAll(async () => {
  whole = await runJson(args('whole', { '--workers': '1' }))
})

describe.skipIf(process.platform === 'win32')('tint perplexity --workers', () => {
  it.each([
    ['SIGINT', false],
    ['SIGINT', true],
    ['SIGTERM', true],
  ] as const)(
    'stops at %s (to all processes: %s), tells what the folder has, and goes on',
    async (signal, all) => {
      const name = `${signal}-${all}`
      const { code, stderr } = await runTint(args(name), {
        interruptWhen: () => hasBegun(name),
        interruptBy: signal,
        interruptAll: all,
      })
      const kept = samples(name)
      expect(code).toBe(130)
      expect(stderr).toBe(
        `tint: stopping; ${kept.split('\n').length - 1} of 35 samples are kept in ${output(name)}. ` +
          'Go on with the same command and --resume.\ntint: stopped\n',
      )
      expect(samples('whole').startsWith(kept)).toBe(true)
      expect(await runJson(args(name))).toEqual(whole)
      expect(samples(name)).toBe(samples('whole'))
    },
  )

  it('computes the batch of a worker again that somebody ends by SIGTERM', async () => {
    let ended = 0
    const endOne = (id: number) => {
      if (ended !== 0 || !hasBegun('ended')) return false
      ended = Number(execFileSync('pgrep', ['-P', String(id)], { encoding: 'utf8' }).split('\n')[0])
      process.kill(ended, 'SIGTERM')
      return false
    }
    expect(await runTint(args('ended'), { interruptWhen: endOne })).toMatchObject({ code: 0, stderr: '' })
    expect(ended).toBeGreaterThan(0)
    expect(() => process.kill(ended, 0)).toThrow('ESRCH')
    expect(samples('ended')).toBe(samples('whole'))
  })

  it('reads a pipe once, for all processes', async () => {
    const pipe = join(folder.path, 'pipe')
    execFileSync('mkfifo', [pipe])
    const given = args('piped', { '--text': pipe })
    const [report] = await Promise.all([runJson(given), writeFile(pipe, content)])
    expect(report).toMatchObject({ data: { file: 'pipe' } })
    expect(samples('piped')).toBe(samples('whole'))
  })
})
