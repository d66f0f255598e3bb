import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import satisfies from 'spdx-satisfies'
import { pnpmOrThrow } from '../processes.mjs'

/** Licences that ask for no more than to be named, and so go with Apache-2.0. */
const allowed = [
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
]

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'licences',
  about:
    'every dependency that users install, or that is built into a package, has a licence that goes with Apache-2.0',
  scope: 'workspace',
  async run({ workspace, packed, report }) {
    const filters = workspace.packages.flatMap(({ name }) => ['--filter', name])
    const { stdout } = await pnpmOrThrow(workspace, [...filters, 'licenses', 'list', '--prod', '--json'])
    // pnpm says so in a sentence where there is nothing to list.
    const byLicence = stdout.trimStart().startsWith('{') ? JSON.parse(stdout) : {}
    for (const problem of licenceProblems(byLicence)) report.problem(problem)
    const builtIn = await Promise.all((await packed()).map(builtInto))
    for (const problem of builtIn.flatMap(licenceProblems)) report.problem(problem)
    const counts = Object.entries(byLicence).map(([licence, found]) => `${licence} ${found.length}`)
    report.note(`Dependencies by licence: ${counts.join(', ')}.`)
  },
}

/** What the third-party.md of a packed package, as the explorer's build writes it, says is built into it; by licence. */
async function builtInto({ contents }) {
  const file = join(contents, 'dist', 'third-party.md')
  const text = existsSync(file) ? await readFile(file, 'utf8') : ''
  const titles = [...text.matchAll(/^## (\S+) (\S+) \((.+)\)$/gm)]
  const byLicence = {}
  for (const [, name, version, licence] of titles) {
    byLicence[licence] ??= []
    byLicence[licence].push({ name, versions: [version] })
  }
  return byLicence
}

/**
 * @param {Record<string, { name: string, versions: string[] }[]>} byLicence dependencies by what they say of their licence
 * @returns {import('../contract.mjs').Problem[]}
 */
export function licenceProblems(byLicence) {
  return Object.entries(byLicence)
    .filter(([licence]) => !isAllowed(licence))
    .flatMap(([licence, found]) =>
      found.map(({ name, versions }) => ({
        found: `${name} ${versions.join(', ')} has the licence ${licence}; expected one of ${allowed.join(', ')}`,
        todo: `Do without ${name}; or, if its licence asks for nothing more than these, add it in checks/licences.mjs.`,
      })),
    )
}

function isAllowed(licence) {
  try {
    return satisfies(licence, allowed)
  } catch {
    // No SPDX expression: nobody knows what it allows.
    return false
  }
}
