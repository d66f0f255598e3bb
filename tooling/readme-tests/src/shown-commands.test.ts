import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { longOptions, type ShownCommand, shownCommands } from './commands'
import { documents, repository } from './repository'

/** Our programs, by what a command line calls them. */
const programs: Readonly<Record<string, string>> = {
  tint: 'apps/runner/dist/tint.js',
  'tint-libtensorflow': 'packages/libtensorflow/dist/cli.js',
}

const shown = documents().flatMap(shownCommands)
const ours = shown.filter(
  ({ words: [program = '', command = ''] }) => program in programs && /^[a-z]/.test(command),
)
const scripts = shown.filter(
  ({ words: [program = '', script = ''] }) =>
    ['npm', 'pnpm'].includes(program) && /^[a-z][a-z:-]*$/.test(script),
)

const lineOf = ({ path, words }: ShownCommand) => [`${path}: ${words.join(' ')}`, words] as const

describe('command lines in the documents', () => {
  it.each(ours.map(lineOf))('%s', async (_, [program = '', command = '', ...rest]) => {
    const file = join(repository, programs[program] ?? '')
    const { stdout } = await promisify(execFile)(process.execPath, [file, command, '--help'])
    expect(stdout).toContain(`${program} ${command}`)
    for (const option of longOptions(rest)) expect(stdout, option).toMatch(new RegExp(`${option}\\b`))
  })

  it('name scripts that the repository has', () => {
    const manifest: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(join(repository, 'package.json'), 'utf8'),
    )
    // What package managers bring themselves.
    const known = new Set([...Object.keys(manifest.scripts), 'install', 'pkg', 'pack', 'exec', 'run', 'init'])
    expect(scripts.filter(({ words }) => !known.has(words[1] ?? '')).map(lineOf)).toEqual([])
  })
})
