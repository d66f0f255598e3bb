/** Each package alone in a project, as its README says, with nothing that it does not declare. */
import { symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { compilerOptions } from '../consumer.mjs'
import { importedEntries } from '../entries.mjs'
import { lastLines, run } from '../processes.mjs'
import { copyModels, installAlone } from './projects.mjs'
import { readReadme } from './readme.mjs'

/**
 * Installs every package with what its README installs, imports each of its entries, runs the README's examples, and
 * compiles them.
 *
 * @param {import('../contract.mjs').CheckContext & { all: import('../packages.mjs').PackedPackage[] }} context
 */
export async function tryAlone({ workspace, all, temporaryFolder, report }) {
  const folder = join(temporaryFolder, 'alone')
  const readmes = new Map()
  for (const packed of all) readmes.set(packed.name, await readReadme(packed))
  const projects = all.map(({ name }) => [
    shortName(name),
    { [name]: '*', ...readmes.get(name).dependencies },
  ])
  // The compiler wants Node's types, as every project has that runs in Node.
  const typed = projects.map(([name, dependencies]) => [name, { ...dependencies, '@types/node': '20' }])
  await installAlone(workspace, all, folder, Object.fromEntries(typed))
  await copyModels(all, join(folder, 'models'))
  const sources = []
  let ran = 0
  for (const { name, manifest } of all) {
    const project = join(folder, shortName(name))
    await symlink(join(folder, 'models'), join(project, 'models'), 'junction')
    for (const { specifier } of importedEntries(manifest)) {
      // What a test runner offers, and what a process is started with, run there only.
      if (name === '@tintjs/adapter-testing' || specifier.endsWith('/unit-process')) continue
      const failure = await failureOf(project, [
        '--input-type=module',
        '--eval',
        `await import('${specifier}')`,
      ])
      if (failure !== undefined) reportFailure(report, name, `import '${specifier}'`, failure)
    }
    for (const { code, line, runs } of readmes.get(name).examples) {
      const source = join(project, `example-${line}.mts`)
      sources.push(source)
      await writeFile(source, code)
      if (!runs) continue
      const script = join(project, `example-${line}.mjs`)
      await writeFile(
        script,
        ts.transpileModule(code, { compilerOptions: compilerOptions.bundler }).outputText,
      )
      const failure = await failureOf(project, [script])
      ran++
      if (failure !== undefined) reportFailure(report, name, `README.md:${line}`, failure)
    }
  }
  for (const [resolution, options] of Object.entries(compilerOptions)) {
    for (const error of typeErrors(sources, options, folder)) {
      report.problem({
        found: `with moduleResolution ${resolution}: ${error}`,
        todo: 'Mend the example, or the `npm install` line above it.',
      })
    }
  }
  report.note(
    `alone, pnpm without hoisting: ${all.length} packages, ${ran} examples run, ${sources.length} compile`,
  )
}

function shortName(name) {
  return name.replace(/^@[^/]+\//, '')
}

/** What a script of Node wrote where it failed. No other programs: an example that would compile something fails at once. */
async function failureOf(cwd, args) {
  const { code, output } = await run(process.execPath, args, {
    cwd,
    env: { PATH: '', NODE_OPTIONS: undefined },
  })
  return code === 0 ? undefined : lastLines(output, 12)
}

function reportFailure(report, name, what, failure) {
  report.problem({
    package: name,
    found: `${what} fails in a project that has what the README installs:\n${failure}`,
    todo: 'Declare the dependency, or name it in the `npm install` line of the README.',
  })
}

function typeErrors(sources, options, folder) {
  const program = ts.createProgram(sources, {
    ...options,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(folder, 'simulate', 'node_modules', '@types')],
  })
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n')
    if (file === undefined) return text
    return `${relative(folder, file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}: ${text}`
  })
}
