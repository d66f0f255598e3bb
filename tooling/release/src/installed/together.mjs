/** All packages in one project, by each package manager: the command, and a first program. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyModels, install, packageManagers } from './projects.mjs'

/** Every command of `tint` that needs nothing but the models that come with it. */
const commands = [
  ['doctor'],
  ['demo', '--learning-rate', '6e-4'],
  ['step', ...stepOptions('--model', 'gpt2-nano-bytes')],
  ['inspect', 'opt-nano-bytes'],
  ['construct', 'gpt2-nano-bytes', '--output', 'simulator'],
  ['step', ...stepOptions('--simulator', 'simulator')],
  [
    'perplexity',
    '--model',
    'gpt2-nano-bytes',
    '--text',
    'text.txt',
    '--context',
    '64',
    '--output',
    'measured',
  ].concat(['--train-fraction', '0.5', '--learning-rate', '3e-4', '--workers', '2', '--batch', '1']),
  ['report', 'measured', '--output', 'report.html'],
  ['generate', '--model', 'gpt2-nano-bytes', '--context', 'text.txt', '--prompt', 'The storks '].concat([
    '--learning-rate',
    '6e-4',
    '--max-new-tokens',
    '8',
  ]),
]

function stepOptions(what, name) {
  return [what, name, '--input-ids', 'ids.json', '--train-length', '26', '--learning-rate', '1e-3']
}

const text = 'The storks fly south in autumn, the cranes fly north in spring. '

/**
 * Installs all packages with npm and both Yarns, and runs the command in each; all commands in npm's project.
 *
 * @param {import('../contract.mjs').CheckContext & { all: import('../packages.mjs').PackedPackage[] }} context
 * @returns {Promise<import('./projects.mjs').Project>} npm's project, for what else is tried in it
 */
export async function tryTogether({ all, temporaryFolder, report, workspace }) {
  // adapter-testing has vitest as its peer.
  const dependencies = Object.fromEntries(all.map(({ name }) => [name, '*']))
  const example = await firstExample(workspace.root)
  let first
  for (const manager of packageManagers) {
    const folder = join(temporaryFolder, manager.replace(' ', '-').toLowerCase())
    try {
      const project = await install(manager, all, folder, { ...dependencies, vitest: '4' })
      await copyModels(all, join(folder, 'models'))
      await writeFile(join(folder, 'ids.json'), JSON.stringify([...Buffer.from(text).subarray(0, 52)]))
      await writeFile(join(folder, 'text.txt'), text.repeat(4))
      await writeFile(join(folder, 'example.mjs'), example)
      const asked =
        first === undefined ? commands : [['doctor'], ['step', ...stepOptions('--model', 'gpt2-nano-bytes')]]
      await checkVersion(project, all, report, manager)
      for (const args of asked) await project.run('tint', ...args)
      await project.run('node', 'example.mjs')
      report.note(`${manager}: all packages, ${asked.length + 1} commands, the first example of the README`)
      first ??= project
    } catch (error) {
      report.problem({
        found: `with ${manager}: ${error.message}`,
        todo: 'Install the tarballs of `pnpm -r pack` in an empty folder with it, and see.',
      })
    }
  }
  if (first === undefined) throw new Error('No package manager has installed the packages.')
  return first
}

async function checkVersion(project, all, report, manager) {
  const { version } = all.find(({ name }) => name === '@tintjs/runner').manifest
  const { stdout } = await project.run('tint', '--version')
  if (stdout.trim() === version) return
  report.problem({
    package: '@tintjs/runner',
    found: `with ${manager}: tint --version prints ${stdout.trim()}; expected ${version}`,
    todo: 'See package-version.ts of the command.',
  })
}

/** The first TypeScript block of the repository's README, which is JavaScript as well. */
async function firstExample(root) {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, code] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? []
  if (code === undefined) throw new Error('README.md has no ts block; expected its first example.')
  return code
}
