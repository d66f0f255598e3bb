import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { gitRevision } from './git-revision'
import { temporaryFolder } from './test-support'

const folder = temporaryFolder()
afterAll(folder.remove)

/** Runs git without any settings of the one who tests. */
function git(at: string, ...args: string[]): string {
  const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.c']
  return execFileSync('git', [...who, ...args], { cwd: at, env: environment, encoding: 'utf8' }).trim()
}

describe('gitRevision', () => {
  it('is what git says: on a branch, packed, detached, below the root, and in another worktree', async () => {
    const repository = join(folder.path, 'repository')
    const below = join(repository, 'a', 'b')
    mkdirSync(below, { recursive: true })
    git(repository, 'init', '-q', '-b', 'topic/one')
    expect(await gitRevision(repository)).toBeNull()
    git(repository, 'commit', '-q', '--allow-empty', '-m', 'one')
    const first = git(repository, 'rev-parse', 'HEAD')
    expect(await gitRevision(below)).toBe(first)
    git(repository, 'pack-refs', '--all')
    expect(await gitRevision(below)).toBe(first)
    git(repository, 'commit', '-q', '--allow-empty', '-m', 'two')
    const second = git(repository, 'rev-parse', 'HEAD')
    expect(await gitRevision(repository)).toBe(second)
    git(repository, 'worktree', 'add', '-q', '-b', 'other', join(folder.path, 'worktree'), first)
    expect(await gitRevision(join(folder.path, 'worktree'))).toBe(first)
    git(repository, 'checkout', '-q', '--detach', first)
    expect(await gitRevision(repository)).toBe(first)
  })

  it('is null where there is no repository, or a broken one', async () => {
    const broken = join(folder.path, 'broken')
    mkdirSync(join(broken, '.git'), { recursive: true })
    writeFileSync(join(broken, '.git', 'HEAD'), 'nonsense\n')
    expect(await gitRevision(broken)).toBeNull()
    expect(await gitRevision(folder.path)).toBeNull()
  })
})
