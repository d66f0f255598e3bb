/** A release from beginning to end, in a copy of the repository and to a registry on this machine. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startRegistry } from './local-registry.mjs'
import { readWorkspace } from './packages.mjs'
import { pnpmOrThrow, runOrThrow } from './processes.mjs'
import { copyRepository, versionPackages } from './release-copy.mjs'

/**
 * Rehearses a release.
 *
 * @param {string} root the repository
 * @param {string} folder an empty folder for all of it
 * @param {(text: string, seconds: number) => void} told hears what each step did
 */
export async function rehearse(root, folder, told) {
  const step = async (work) => {
    const start = performance.now()
    const { text, ...result } = await work()
    told(text, (performance.now() - start) / 1000)
    return result
  }
  const copy = join(folder, 'repository')
  const { workspace } = await step(() => prepareCopy(root, copy))
  const { packages } = await step(() => version(workspace))
  const registryFolder = join(folder, 'registry')
  await mkdir(registryFolder)
  const registry = await startRegistry('@tintjs', registryFolder)
  try {
    await step(() => publish(workspace, packages, registry))
    await step(() => publishAgain(workspace, registry))
    await step(() => install(join(folder, 'user'), packages, registry))
  } finally {
    await registry.stop()
  }
}

async function prepareCopy(root, copy) {
  await copyRepository(root, copy)
  const workspace = await readWorkspace(copy)
  await pnpmOrThrow(workspace, ['install', '--frozen-lockfile', '--prefer-offline'])
  for (const [key, value] of [
    ['user.name', 'rehearsal'],
    ['user.email', 'rehearsal@localhost'],
  ]) {
    await runOrThrow('git', ['config', key, value], { cwd: copy })
  }
  await commit(copy, 'The working tree')
  return { workspace, text: 'copied the repository and installed its dependencies from the lockfile' }
}

async function version({ root }) {
  await versionPackages(root)
  await commit(root, 'Release')
  const { packages } = await readWorkspace(root)
  const versions = [...new Set(packages.map(({ manifest }) => manifest.version))]
  return { packages, text: `changeset version: ${packages.length} packages at ${versions.join(', ')}` }
}

async function publish(workspace, packages, registry) {
  // Only a workflow of a known service can prove where a package comes from.
  await withoutProvenance(packages)
  await pnpmOrThrow(workspace, ['release'], { cwd: workspace.root, env: registry.env })
  for (const { name, manifest } of packages) {
    const [scope, rest] = name.split('/')
    const answer = await fetch(`${registry.url}${scope}%2f${rest}`)
    const versions = answer.ok ? Object.keys((await answer.json()).versions) : []
    if (!versions.includes(manifest.version)) {
      throw new Error(
        `the registry has no ${name} ${manifest.version}; it has ${versions.join(', ') || 'none'}`,
      )
    }
  }
  const { stdout } = await runOrThrow('git', ['tag', '--list'], { cwd: workspace.root })
  const missing = packages.filter(({ name, manifest }) => !stdout.includes(`${name}@${manifest.version}\n`))
  if (missing.length > 0) throw new Error(`no tag for ${missing.map(({ name }) => name).join(', ')}`)
  return { text: `pnpm release: built, published and tagged ${packages.length} packages` }
}

async function publishAgain(workspace, registry) {
  const { output } = await pnpmOrThrow(workspace, ['exec', 'changeset', 'publish'], {
    cwd: workspace.root,
    env: registry.env,
  })
  if (!/No unpublished projects/i.test(output)) throw new Error(`a second publish did something:\n${output}`)
  return { text: 'changeset publish once more: nothing left to publish' }
}

async function install(folder, packages, registry) {
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const options = { cwd: folder, env: registry.env }
  await runOrThrow('npm', ['install', '--no-audit', '@tintjs/runner', '@tintjs/simulate'], options)
  const { stdout } = await runOrThrow('npx', ['tint', '--version'], options)
  const expected = packages.find(({ name }) => name === '@tintjs/runner')?.manifest.version
  if (stdout.trim() !== expected)
    throw new Error(`tint --version says ${stdout.trim()}; expected ${expected}`)
  await runOrThrow(
    process.execPath,
    ['-e', "import('@tintjs/simulate').then(({ trainingStep }) => trainingStep.name)"],
    options,
  )
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'))
  const count = Object.keys(lock.packages).length - 1
  return {
    text: `npm install @tintjs/runner @tintjs/simulate in an empty folder: ${count} packages; tint --version says ${expected}`,
  }
}

async function withoutProvenance(packages) {
  for (const { folder } of packages) {
    const file = join(folder, 'package.json')
    const manifest = JSON.parse(await readFile(file, 'utf8'))
    if (manifest.publishConfig !== undefined) manifest.publishConfig.provenance = false
    await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`)
  }
}

async function commit(folder, message) {
  await runOrThrow('git', ['add', '--all'], { cwd: folder })
  await runOrThrow('git', ['commit', '--quiet', '--allow-empty', '--no-verify', '--message', message], {
    cwd: folder,
  })
}
