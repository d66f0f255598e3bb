/** A project outside the workspace that imports everything that the packages export, for the compiler to judge. */
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import ts from 'typescript'
import { importedEntries } from './entries.mjs'

const shared = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  // TypeScript's own declarations are not in question.
  skipDefaultLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
}

/** The two ways in which TypeScript finds modules today, as a project's settings have them. */
export const compilerOptions = {
  node16: { ...shared, module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  bundler: { ...shared, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
}

/**
 * Installs the packed packages in a folder, each with what it declares as its dependencies, and nothing more: what the
 * workspace has installed stands for what a package manager would fetch.
 *
 * @param {import('./packages.mjs').Workspace} workspace
 * @param {import('./packages.mjs').PackedPackage[]} all
 * @param {string} folder
 */
export async function linkedConsumer(workspace, all, folder) {
  const ours = new Set(all.map(({ name }) => name))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await link(
    dirname(createRequire(import.meta.url).resolve('@types/node/package.json')),
    folder,
    '@types/node',
  )
  for (const { name, contents, manifest } of all) {
    const installed = join(folder, 'node_modules', name)
    await cp(contents, installed, { recursive: true })
    const source = workspace.packages.find((published) => published.name === name)
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    for (const dependency of declared.filter((other) => !ours.has(other))) {
      await link(join(source?.folder ?? '', 'node_modules', dependency), installed, dependency)
    }
  }
}

async function link(target, folder, name) {
  const path = join(folder, 'node_modules', name)
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path, 'junction')
}

/**
 * Writes a file that imports every name that the entries export.
 *
 * @returns {Promise<{ file: string, program: ts.Program, entries: number, names: number }>} with a program that has read
 *   what the entries declare
 */
export async function writeImports(all, folder, options) {
  const entries = all
    .flatMap(({ manifest }) => importedEntries(manifest))
    .filter(({ types }) => types !== undefined)
  const stars = join(folder, 'stars.ts')
  await writeFile(
    stars,
    entries.map(({ specifier }, index) => `export * as entry${index} from '${specifier}'\n`).join(''),
  )
  const program = ts.createProgram([stars], options)
  const exported = exportedNames(program, stars)
  const file = join(folder, 'consumer.ts')
  const lines = entries.map(({ specifier }, index) => {
    const names = exported[index] ?? []
    return `export { ${names.map((name) => `${name} as ${name}_${index}`).join(', ')} } from '${specifier}'\n`
  })
  await writeFile(file, lines.join(''))
  return { file, program, entries: entries.length, names: exported.flat().length }
}

/** The names behind each `export * as` of a file. @returns {string[][]} */
function exportedNames(program, file) {
  const checker = program.getTypeChecker()
  return (program.getSourceFile(file)?.statements ?? []).map((statement) => {
    const module = checker.getSymbolAtLocation(statement.moduleSpecifier)
    return module === undefined ? [] : checker.getExportsOfModule(module).map(({ name }) => name)
  })
}

/**
 * Compiles a file of the consumer, and every declaration that it reaches.
 *
 * @returns {{ ours: { package?: string, text: string }[], others: Map<string, number> }} what is wrong in the file and in
 *   our packages; how much in others' packages, by name
 */
export function typeProblems(file, all, folder, options, oldProgram) {
  const known = new Set(all.map(({ name }) => name))
  const ours = []
  const others = new Map()
  const program = ts.createProgram([file], options, undefined, oldProgram)
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const path = diagnostic.file?.fileName ?? file
    const owner = ownerOf(path)
    const inFolder = !relative(folder, path).startsWith('..')
    if (owner !== undefined && !(inFolder && known.has(owner))) {
      others.set(owner, (others.get(owner) ?? 0) + 1)
      continue
    }
    ours.push({ ...(owner !== undefined && { package: owner }), text: diagnosticText(diagnostic, folder) })
  }
  return { ours, others }
}

/** The package that a file belongs to. */
function ownerOf(path) {
  const parts = path.split(/[\\/]/)
  const at = parts.lastIndexOf('node_modules')
  if (at === -1) return undefined
  const [scope = '', name = ''] = parts.slice(at + 1)
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}

function diagnosticText({ file, start, messageText, code }, folder) {
  const text = `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  if (file === undefined || start === undefined) return text
  const { line } = file.getLineAndCharacterOfPosition(start)
  const path = relative(folder, file.fileName).replace(`node_modules${sep}`, '')
  return `${path}:${line + 1}: ${text}`
}
