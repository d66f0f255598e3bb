import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** The files that say which commit a working folder is at. */
interface GitFolders {
  /** Of this working folder: `HEAD`. */
  readonly own: string
  /** Of the whole repository: branches. The same one but in further worktrees. */
  readonly common: string
}

/**
 * The commit that a folder's git repository is at, read from its files.
 *
 * @param folder default the one where the program runs
 * @returns null where there is no repository, no commit yet, or refs of a kind that is not known
 */
export async function gitRevision(folder = process.cwd()): Promise<string | null> {
  const git = await gitFolders(resolve(folder))
  const head = git && (await content(join(git.own, 'HEAD')))
  if (git === undefined || head === undefined) return null
  const branch = /^ref: (refs\/\S+)$/.exec(head)?.[1]
  const revision = branch === undefined ? head : await revisionOf(git, branch)
  return revision !== undefined && isRevision(revision) ? revision : null
}

async function gitFolders(folder: string): Promise<GitFolders | undefined> {
  const place = join(folder, '.git')
  // In worktrees and submodules `.git` is a file that names the folder.
  const elsewhere = /^gitdir: (.+)$/.exec((await content(place)) ?? '')?.[1]
  const own = elsewhere === undefined ? place : resolve(folder, elsewhere)
  if ((await content(join(own, 'HEAD'))) !== undefined) {
    const common = await content(join(own, 'commondir'))
    return { own, common: common === undefined ? own : resolve(own, common) }
  }
  const parent = dirname(folder)
  return parent === folder ? undefined : gitFolders(parent)
}

/** A branch is a file of its own, or a line among those that are packed. */
async function revisionOf({ common }: GitFolders, branch: string): Promise<string | undefined> {
  const loose = await content(join(common, branch))
  if (loose !== undefined) return loose
  const lines = (await content(join(common, 'packed-refs')))?.split('\n') ?? []
  return lines.find((line) => line.endsWith(` ${branch}`))?.split(' ')[0]
}

/** SHA-1 or SHA-256. */
function isRevision(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

async function content(path: string): Promise<string | undefined> {
  return (await readFile(path, 'utf8').catch(() => undefined))?.trim()
}
