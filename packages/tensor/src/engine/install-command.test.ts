import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { installCommand } from './install-command'

const root = mkdtempSync(join(tmpdir(), 'tint-install-command-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Makes a file with the folders above it. */
function make(...path: string[]): string {
  mkdirSync(join(root, ...path.slice(0, -1)), { recursive: true })
  writeFileSync(join(root, ...path), '')
  return join(root, ...path)
}

describe('installCommand', () => {
  it('is one that works where nothing else is installed', () => {
    const program = make('project', 'node_modules', '@tintjs', 'tensor', 'dist', 'node.js')
    make('project', 'pnpm-workspace.yaml')
    expect(installCommand(program)).toBe('npx @tintjs/libtensorflow install')
  })

  it('is the built installer of a checkout, as seen from the working folder', () => {
    const program = make('checkout', 'packages', 'tensor', 'dist', 'node.js')
    const installer = join(root, 'checkout', 'packages', 'libtensorflow', 'dist', 'cli.js')
    make('checkout', 'packages', 'libtensorflow', 'package.json')
    make('checkout', 'pnpm-workspace.yaml')
    expect(installCommand(program)).toBe(`node ${relative(process.cwd(), installer)} install`)
  })
})
