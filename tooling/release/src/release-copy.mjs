/** A copy of the repository in which a release can be tried: versions, changelogs, tags. */
import { cp, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { runOrThrow } from './processes.mjs'

/**
 * Copies the repository with its history, and what the working tree has changed of it.
 *
 * @param {string} root
 * @param {string} folder where the copy goes; must not exist
 */
export async function copyRepository(root, folder) {
  await runOrThrow('git', ['clone', '--quiet', '--no-hardlinks', root, folder], { cwd: root })
  const listed = ['ls-files', '-z', '--modified', '--deleted', '--others', '--exclude-standard']
  const { stdout } = await runOrThrow('git', listed, { cwd: root })
  for (const path of new Set(stdout.split('\0').filter(Boolean))) {
    await cp(join(root, path), join(folder, path)).catch((error) => {
      if (error.code !== 'ENOENT') throw error
      return rm(join(folder, path), { force: true })
    })
  }
}

/** Lets a copy use what the repository has installed at its root, such as changesets. */
export async function borrowTools(root, folder) {
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
}

/**
 * Runs `changeset version` in a copy: takes the changesets, and writes versions and changelogs.
 *
 * @param {string} folder a copy with changesets installed or borrowed
 */
export async function versionPackages(folder) {
  const manifest = createRequire(join(folder, 'package.json')).resolve('@changesets/cli/package.json')
  await runOrThrow(process.execPath, [join(manifest, '..', 'bin.js'), 'version'], { cwd: folder })
}
