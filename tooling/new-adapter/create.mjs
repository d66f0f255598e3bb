import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { changesetText, packageFiles } from './templates.mjs'

/** A name that cannot be: its message is one sentence for the user. */
export class NameProblem extends Error {}

/**
 * Writes a package for a family, and its changeset: whole, or not at all.
 *
 * @param root the repository's folder
 * @param name the family's `model_type`, e.g. `gpt_neox`
 * @returns where they are
 * @throws NameProblem for a name that is no model type, or that is taken
 */
export function createAdapter(root, name) {
  const names = namesOf(name)
  const folder = `packages/${names.directory}`
  const changeset = `.changeset/${names.directory}.md`
  refuseTaken(root, names, [folder, changeset])
  mkdirSync(join(root, 'packages'), { recursive: true })
  const made = mkdtempSync(join(root, 'packages', '.new-adapter-'))
  try {
    for (const [path, text] of Object.entries(packageFiles(names))) write(join(made, 'package', path), text)
    write(join(made, 'changeset.md'), changesetText(names))
    format(root, join(made, 'package'))
    mkdirSync(join(root, '.changeset'), { recursive: true })
    renameSync(join(made, 'changeset.md'), join(root, changeset))
    try {
      renameSync(join(made, 'package'), join(root, folder))
    } catch (error) {
      rmSync(join(root, changeset))
      throw error
    }
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
  return { folder, changeset, packageName: names.packageName }
}

function namesOf(name) {
  const family = name ?? ''
  if (!/^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/.test(family) || family.length > 40) {
    throw new NameProblem(
      `${JSON.stringify(family)} is no name for a family; expected the model_type of its config.json in small letters, such as stablelm or gpt_neox.`,
    )
  }
  const directory = `inner-${family.replaceAll('_', '-')}`
  const value = family.replaceAll(/[_-]([a-z0-9])/g, (_, letter) => letter.toUpperCase())
  const type = value[0].toUpperCase() + value.slice(1)
  const names = { family, directory, packageName: `@tintjs/${directory}`, value, type }
  refuseUsedInCode(names)
  return names
}

/** The adapter is called as the family is: that must be a name which its own file has no other use for. */
function refuseUsedInCode({ value }) {
  const code = packageFiles({ family: '', directory: '', packageName: '', value: '_', type: '_' })[
    'src/adapter.ts'
  ]
  if (!isReserved(value) && !new RegExp(`\\b${value}\\b`).test(code)) return
  throw new NameProblem(
    `${JSON.stringify(value)} has a meaning of its own in an adapter's code; expected the model_type of a family, such as stablelm or gpt_neox.`,
  )
}

/** Whether a name made of letters and digits is a word of the language. */
function isReserved(name) {
  try {
    new Function(`'use strict'; const ${name} = 0`)
    return false
  } catch {
    return true
  }
}

function refuseTaken(root, { family }, paths) {
  const taken = paths.find((path) => existsSync(join(root, path)))
  if (taken !== undefined) {
    throw new NameProblem(`${taken} exists already; expected a family that has no adapter yet.`)
  }
  const families = join(root, 'packages', 'inner', 'src', 'adapter', 'families.ts')
  if (!existsSync(families)) return
  const [, known] =
    new RegExp(`\\['${family}', '(@tintjs/[^']+)'\\]`).exec(readFileSync(families, 'utf8')) ?? []
  if (known !== undefined) {
    throw new NameProblem(`${known} reads ${family} already; expected a family that has no adapter yet.`)
  }
}

/** Where lines break depends on how long the names are; without an installed workspace, `pnpm format` does it later. */
function format(root, folder) {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  if (!existsSync(biome)) return
  const settings = ['--vcs-enabled=false', '--config-path', root]
  const { status, stderr } = spawnSync(process.execPath, [biome, 'check', '--write', ...settings, folder], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`biome could not format the new package: ${stderr}`)
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
