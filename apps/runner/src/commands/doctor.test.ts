import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { nativeAdvice } from './doctor'

const folder = mkdtempSync(join(tmpdir(), 'tint-doctor-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** An installer in the project whose `status --json` prints `text`. */
function writeInstaller(text: string): void {
  const own = join(folder, 'node_modules/@tintjs/libtensorflow')
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, 'package.json'), JSON.stringify({ bin: { x: './cli.cjs' } }))
  writeFileSync(
    join(own, 'cli.cjs'),
    `if (process.argv[2] === 'status') console.log(${JSON.stringify(text)}); process.exit(1)`,
  )
}

describe('nativeAdvice', () => {
  it('is what the installer of the project says', async () => {
    const advice = { problem: 'It was installed for another computer.', commands: ['pnpm exec y install'] }
    writeInstaller(JSON.stringify({ advice }))
    expect(await nativeAdvice('broken', folder)).toEqual(advice)
  })

  it.each(['{"advice":null}', '{"advice":{"problem":1}}', 'no JSON'])(
    'is how to run the installer where it says %s',
    async (text) => {
      writeInstaller(text)
      expect(await nativeAdvice('broken', folder)).toEqual({
        problem: 'broken',
        commands: ['npx @tintjs/libtensorflow install'],
      })
    },
  )

  it.each([
    [
      'x is not installed; run "npm install --ignore-scripts x@1", then "npx tint-libtensorflow install".',
      'x is not installed.',
      ['npm install --ignore-scripts x@1', 'npx @tintjs/libtensorflow install'],
    ],
    [
      'It did not load: bad ELF. Run "npx tint-libtensorflow install", or choose --engine wasm.',
      'It did not load: bad ELF.',
      ['npx @tintjs/libtensorflow install'],
    ],
  ])('tells the commands of %j apart where there is no installer', async (reason, problem, commands) => {
    expect(await nativeAdvice(reason, folder)).toEqual({ problem, commands })
  })
})
