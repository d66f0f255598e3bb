import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readWorkspace } from '../packages.mjs'
import { run, runOrThrow } from '../processes.mjs'
import { borrowTools, copyRepository, versionPackages } from '../release-copy.mjs'

/** CommonJS, whose default export is read in one way by all that run this. */
const { default: getReleasePlan } = createRequire(import.meta.url)('@changesets/get-release-plan')

const firstVersion = '0.1.0'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'changesets',
  about:
    'every package that changed since its last release has a changeset; versions and changelogs can be written',
  scope: 'packages',
  async run({ workspace, temporaryFolder, report }) {
    const told = await packagesTold(workspace.root)
    for (const published of workspace.packages) {
      const problem = told.has(published.name) ? undefined : await untoldChange(workspace.root, published)
      if (problem !== undefined) report.problem({ package: published.name, ...problem })
    }
    const copy = join(temporaryFolder, 'repository')
    await copyRepository(workspace.root, copy)
    await borrowTools(workspace.root, copy)
    if (told.size === 0) return report.note('No changeset waits: there is nothing to release.')
    await versionPackages(copy)
    const versioned = await readWorkspace(copy)
    for (const problem of await versionProblems(workspace, versioned)) report.problem(problem)
    const versions = new Set(versioned.packages.map(({ manifest }) => manifest.version))
    report.note(`The next versions: ${[...versions].join(', ')}.`)
  },
}

/** The packages that a changeset tells of. */
async function packagesTold(root) {
  const plan = await getReleasePlan(root)
  return new Set(plan.changesets.flatMap(({ releases }) => releases.map(({ name }) => name)))
}

/** What keeps a package without a changeset from being left as it is. */
async function untoldChange(root, { name, folder, directory, manifest }) {
  const todo = 'Run `pnpm changeset`, and say what users of the package will notice.'
  const tag = `${name}@${manifest.version}`
  const { code } = await run('git', ['rev-parse', '--verify', '--quiet', `refs/tags/${tag}`], { cwd: root })
  if (code !== 0) {
    // Between `changeset version` and `changeset publish` the version is written, and its tag is not there yet.
    if (await tellsOf(folder, manifest.version)) return undefined
    return { found: `it was never released (there is no tag ${tag}), and has no changeset`, todo }
  }
  const published = [directory, `:(exclude)${directory}/**/*.test.ts`, `:(exclude)${directory}/CHANGELOG.md`]
  const { stdout } = await runOrThrow('git', ['diff', '--name-only', tag, '--', ...published], { cwd: root })
  const changed = stdout.split('\n').filter(Boolean)
  if (changed.length === 0) return undefined
  return {
    found: `${changed.length} files changed since ${tag}, such as ${changed[0]}, and it has no changeset`,
    todo,
  }
}

/**
 * What is wrong with versions and changelogs that `changeset version` wrote.
 *
 * @param {import('../packages.mjs').Workspace} before
 * @param {import('../packages.mjs').Workspace} after
 */
async function versionProblems(before, after) {
  const problems = []
  const first = before.packages.every(({ manifest }) => manifest.version === '0.0.0')
  for (const { name, folder, manifest } of after.packages) {
    const { version } = manifest
    if (/^0\.0\./.test(version) || (first && version !== firstVersion)) {
      problems.push({
        package: name,
        found: `its next version is ${version}; expected ${first ? firstVersion : '0.1.0 or later'}`,
        todo: 'Give it a changeset that is minor.',
      })
    }
    if (!(await tellsOf(folder, version))) {
      problems.push({
        package: name,
        found: `its CHANGELOG.md has no part on ${version}`,
        todo: 'Give it a changeset, or a dependency that has one.',
      })
    }
  }
  return problems
}

/** Whether a package's changelog has a part on a version. */
async function tellsOf(folder, version) {
  const changelog = join(folder, 'CHANGELOG.md')
  const text = existsSync(changelog) ? await readFile(changelog, 'utf8') : ''
  return text.split('\n').includes(`## ${version}`)
}
