import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { create } from 'tar'
import { onTestFinished } from 'vitest'
import { type Check, collectReport, type Problem } from '../contract.mjs'
import { type PackedPackage, readWorkspace, type Workspace } from '../packages.mjs'

const repository = fileURLToPath(new URL('../../../..', import.meta.url))

export type Manifest = Record<string, unknown>

/** Files by their paths: text, or what becomes JSON. */
export type Files = Record<string, string | object>

/** A package that every check passes. */
export function goodManifest(changes: Manifest = {}): Manifest {
  const directory = 'packages/good'
  return {
    name: '@tintjs/good',
    version: '0.0.0',
    description: 'A package that every check passes',
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    repository: { type: 'git', url: 'git+https://github.com/tintjs/tint.git', directory },
    homepage: `https://github.com/tintjs/tint/tree/main/${directory}#readme`,
    bugs: 'https://github.com/tintjs/tint/issues',
    keywords: ['one', 'two', 'three'],
    engines: { node: '>=20' },
    files: ['dist'],
    publishConfig: { access: 'public', provenance: true },
    exports: { '.': { types: './dist/index.d.ts', import: './dist/index.js' } },
    ...changes,
  }
}

/** What is in the tarball of the good package. */
export const goodFiles: Files = {
  LICENSE: 'Apache License\n',
  'README.md': '# @tintjs/good\n',
  'dist/index.js': 'export const answer = 42\n',
  'dist/index.d.ts': 'export declare const answer = 42\n',
}

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'release-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

/** A workspace of one package, in a folder of its own, with the tools of this one. */
export async function workspaceOf(manifest: Manifest, files: Files = {}): Promise<Workspace> {
  const root = temporaryFolder()
  writeFiles(root, {
    'package.json': { name: 'workspace', private: true, type: 'module', packageManager: 'pnpm@10.34.9' },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\nonlyBuiltDependencies: []\n',
    '.gitignore': 'node_modules\n',
    'packages/good/package.json': manifest,
    ...files,
  })
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'), 'junction')
  return readWorkspace(root)
}

/** Makes a workspace's folder a repository with one commit. */
export function commitAll(root: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'ignore' })
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', '--all')
  git('-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '--message', 'All')
}

export function tag(root: string, name: string): void {
  execFileSync('git', ['tag', name], { cwd: root })
}

/** A package as it would be published, without packing a workspace. */
export async function packedOf(manifest: Manifest, files: Files = goodFiles): Promise<PackedPackage> {
  const folder = temporaryFolder()
  const contents = join(folder, 'package')
  writeFiles(contents, { 'package.json': manifest, ...files })
  const tarball = join(folder, 'package.tgz')
  await create({ file: tarball, cwd: folder, gzip: true }, ['package'])
  return { name: String(manifest.name), tarball, contents, manifest }
}

/** What a check says of a workspace and its packed packages. */
export async function outcome(
  check: Check,
  workspace: Workspace,
  packed: PackedPackage[] = [],
): Promise<{ problems: Problem[]; gaps: Problem[]; notes: string[] }> {
  const report = collectReport()
  await check.run({
    workspace,
    packed: async () => packed,
    temporaryFolder: temporaryFolder(),
    report,
  })
  return report
}

/** What a check finds wrong with one packed package, in sentences. */
export async function problemsOf(
  check: Check,
  manifest: Manifest,
  files: Files = goodFiles,
): Promise<string[]> {
  const { problems } = await outcome(check, await workspaceOf(manifest), [await packedOf(manifest, files)])
  return problems.map(({ found }) => found)
}
