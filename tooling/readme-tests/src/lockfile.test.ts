import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from './repository'

// A package manager leaves the programs of other platforms out where it has a lockfile or a store made without them:
// then `npm start` fails on those platforms alone.
it('the lockfile holds the build tools of every platform', () => {
  const lockfile = readFileSync(join(repository, 'pnpm-lock.yaml'), 'utf8')
  const programs = ['linux-64', 'linux-arm64', 'darwin-64', 'darwin-arm64', 'windows-64'].map((platform) => [
    `@turbo/${platform}`,
    ...['@biomejs/cli', '@rollup/rollup', '@esbuild'].map((tool) => programOf(tool, platform)),
  ])
  expect(programs.flat().filter((name) => !lockfile.includes(`  '${name}@`))).toEqual([])
})

function programOf(tool: string, platform: string): string {
  const usual = platform.replace(/64$/, (bits) => (platform.endsWith('arm64') ? bits : 'x64'))
  const system = usual.replace('windows', 'win32')
  if (tool === '@esbuild') return `${tool}/${system}`
  const ending = { linux: '-gnu', win32: '-msvc' }[system.split('-')[0] ?? ''] ?? ''
  return `${tool}-${system}${tool === '@rollup/rollup' ? ending : ''}`
}
