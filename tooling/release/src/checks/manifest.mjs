import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const licence = 'Apache-2.0'
const repository = 'https://github.com/tintjs/tint'

/** Scripts that npm runs on the machine of whoever installs a package. */
const installScripts = ['preinstall', 'install', 'postinstall']

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'manifest',
  about: 'package.json says everything that npm shows, and the tarball has licence and README',
  scope: 'packages',
  async run({ workspace, packed, report }) {
    for (const { name, manifest, contents } of await packed()) {
      const { directory } = workspace.packages.find((published) => published.name === name) ?? {}
      const file = `${directory}/package.json`
      for (const [found, todo] of manifestProblems(manifest, directory)) {
        report.problem({ package: name, found, todo: `In ${file}: ${todo}.` })
      }
      for (const [found, todo] of await contentProblems(contents))
        report.problem({ package: name, found, todo })
    }
  },
}

/** @returns {[found: string, todo: string][]} */
function manifestProblems(manifest, directory) {
  return [
    ...fixedFields(directory).flatMap(([path, expected]) => {
      const found = path.split('.').reduce((value, key) => value?.[key], manifest)
      if (found === expected) return []
      return [
        [`${path} is ${shown(found)}; expected ${shown(expected)}`, `set ${path} to ${shown(expected)}`],
      ]
    }),
    ...freeFields(manifest),
    ...dependencyProblems(manifest),
    ...installScripts
      .filter((script) => manifest.scripts?.[script] !== undefined)
      .map((script) => [
        `the script ${script} runs on every machine that installs the package`,
        `take ${script} out, and give the package a command instead`,
      ]),
  ]
}

function fixedFields(directory) {
  return [
    ['license', licence],
    ['type', 'module'],
    ['repository.type', 'git'],
    ['repository.url', `git+${repository}.git`],
    ['repository.directory', directory],
    ['homepage', `${repository}/tree/main/${directory}#readme`],
    ['bugs', `${repository}/issues`],
    ['engines.node', '>=20'],
    ['publishConfig.access', 'public'],
    ['publishConfig.provenance', true],
  ]
}

function freeFields({ description, keywords, files, exports, sideEffects }) {
  const fields = [
    [
      'description',
      typeof description === 'string' && description.length >= 10 && description.length <= 140,
      'one line of 10 to 140 characters',
    ],
    ['keywords', Array.isArray(keywords) && keywords.length >= 3, 'three or more words'],
    ['files', Array.isArray(files) && files.length > 0, 'the folders that are published'],
    ['exports', typeof exports === 'object' && exports !== null, 'the entries of the package'],
    [
      'sideEffects',
      typeof sideEffects === 'boolean' || Array.isArray(sideEffects),
      'false, or the files that do something when they are imported',
    ],
  ]
  return fields
    .filter(([, right]) => !right)
    .map(([name, , expected]) => [`${name} is missing or wrong; expected ${expected}`, `set ${name}`])
}

function dependencyProblems(manifest) {
  return ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(manifest[kind] ?? {})
      .filter(([, range]) => /^(workspace|catalog|link|file|portal):/.test(range))
      .map(([name, range]) => [
        `${kind} has ${name} at ${range}, which means nothing outside the workspace`,
        `give ${name} a range of versions, and pack with pnpm, which replaces workspace: and catalog:`,
      ]),
  )
}

async function contentProblems(contents) {
  const problems = []
  const licenceFile = join(contents, 'LICENSE')
  const text = existsSync(licenceFile) ? await readFile(licenceFile, 'utf8') : ''
  if (!text.includes('Apache License')) {
    problems.push([
      'the tarball has no LICENSE with the Apache License',
      'Pack with pnpm, which adds the root’s.',
    ])
  }
  if (!existsSync(join(contents, 'README.md'))) {
    problems.push(['the tarball has no README.md', 'Write one: npm shows it as the page of the package.'])
  }
  return problems
}

function shown(value) {
  return value === undefined ? 'missing' : JSON.stringify(value)
}
