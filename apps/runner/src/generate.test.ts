import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runJson, runTint } from './test-support'

const text =
  'The storks fly south in autumn. The storks fly north in spring. The storks fly south in autumn. '.repeat(3)
let folder: string
let context: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tint-generate-'))
  context = join(folder, 'context.txt')
  writeFileSync(context, text)
})
afterAll(() => rmSync(folder, { recursive: true }))

const generate = (...rest: string[]) => [
  'generate',
  '--model',
  'gpt2-nano-bytes',
  '--context',
  context,
  '--prompt',
  'The storks fly ',
  '--max-new-tokens',
  '24',
  '--engine',
  'wasm',
  ...rest,
]

interface Continuation {
  readonly text: string
  readonly tokens: number[]
  readonly stopped: string
}

describe('tint generate', () => {
  it('writes what it has learned, which the model as it was does not', async () => {
    const report = await runJson(
      generate('--compare', '--temperature', '0', '--learning-rate', '1e-3', '--keep-context'),
    )
    const adapted = report.adapted as Continuation
    // The storks of the context; a model this small does not get every letter.
    expect(adapted.text).toContain('stor')
    expect(adapted.tokens).toHaveLength(24)
    expect(adapted.tokens).toEqual([...Buffer.from(adapted.text)])
    expect((report.inner as Continuation).text).not.toContain('stor')
    expect(report).toMatchObject({
      contextTokens: text.length,
      promptTokens: 15,
      gradient: 'tint',
      engine: 'wasm',
    })
  })

  it('writes the same for a seed, and at rate 0 what the model writes anyway', async () => {
    const first = await runJson(generate('--seed', '3'))
    expect((await runJson(generate('--seed', '3'))).adapted).toEqual(first.adapted)
    expect(first.inner).toBeNull()
    const unlearned = await runJson(generate('--seed', '3', '--learning-rate', '0', '--compare'))
    expect(unlearned.adapted).toEqual(unlearned.inner)
  })

  it('shows people both texts', async () => {
    const { code, stdout } = await runTint(generate('--compare'))
    expect(code).toBe(0)
    expect(stdout).toContain('── without learning ──\nThe storks fly ')
    expect(stdout).toContain(`── after learning from ${context} ──\nThe storks fly `)
    expect(stdout).toContain(`Learned from ${text.length} tokens at rate 0.0003 (tint)`)
  })
})

describe('bad input', () => {
  const models = fileURLToPath(new URL('../models', import.meta.url))

  const withContext = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return generate().map((argument) => (argument === context ? path : argument))
  }

  const cases: [string, () => string[], string][] = [
    [
      'a context that is not there',
      () => generate().map((a) => (a === context ? join(folder, 'none') : a)),
      'does not exist',
    ],
    ['an empty context', () => withContext('empty', ''), 'is empty'],
    ['a binary context', () => withContext('binary', Uint8Array.of(1, 0, 2)), 'has a zero byte'],
    ['a context of one byte', () => withContext('short', 'a'), '--context has 1 tokens; expected at least 3'],
    [
      'a context longer than the model',
      () => withContext('long', 'a'.repeat(600)),
      "--context has 600 tokens, more than the model's 512 positions",
    ],
    [
      'an empty prompt',
      () => generate().map((a) => (a === 'The storks fly ' ? '' : a)),
      '0 tokens; expected at least 1',
    ],
    [
      'a prompt that does not fit',
      () => generate().map((a) => (a === 'The storks fly ' ? 'a'.repeat(513) : a)),
      "The prompt has 513 tokens, more than the model's 512 positions",
    ],
    [
      'a context and a prompt that do not fit together',
      () => [...withContext('nearly', 'ab '.repeat(167)), '--keep-context'],
      "--context and --prompt have 516 tokens together, more than the model's 512 positions",
    ],
    ['no new token', () => generate('--max-new-tokens', '0'), 'maxNewTokens is 0'],
    ['a seed that is no whole number', () => generate('--seed', '0.5'), 'seed is 0.5'],
    ['a negative temperature', () => generate('--temperature=-1'), 'temperature is -1'],
    ['a rate that breaks the model', () => generate('--learning-rate', '1e30'), 'is not a finite number'],
    [
      'a model without tokenizer',
      () => {
        const bare = join(folder, 'bare')
        cpSync(join(models, 'gpt2-nano-bytes'), bare, {
          recursive: true,
          filter: (path) => !path.includes('tokenizer'),
        })
        return generate().map((argument) => (argument === 'gpt2-nano-bytes' ? bare : argument))
      },
      'tokenizer.json',
    ],
    [
      "another model's tokenizer",
      () => {
        const mixed = join(folder, 'mixed')
        cpSync(join(models, 'gpt2-nano-bytes'), mixed, { recursive: true })
        cpSync(join(models, 'opt-nano-bytes', 'tokenizer.json'), join(mixed, 'tokenizer.json'))
        return generate().map((argument) => (argument === 'gpt2-nano-bytes' ? mixed : argument))
      },
      '260',
    ],
  ]

  it.each(cases)('%s is refused by one sentence', async (_, args, words) => {
    const { code, stdout, stderr } = await runTint([...args(), '--json'])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain(words)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
