import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { codeBlocks } from './markdown.mjs'
import { documentsWithExamples, repository } from './repository'

/** An example of a document, written to a folder of its own in which it can run. */
export interface Example {
  /** Where it stands, e.g. `README.md:40`. */
  readonly place: string
  /** The working folder: holds the example, and `models` with the shipped checkpoints. */
  readonly folder: string
  /** The example as it stands in the document. */
  readonly source: string
  /** The same as JavaScript. */
  readonly script: string
  /** Whether it runs as a process; blocks marked `no-run` only have to compile. */
  readonly runs: boolean
}

/** The examples of all documents in a temporary folder where the workspace's packages resolve. */
export interface Workbench {
  readonly examples: readonly Example[]
  /** Deletes the folder. */
  remove(): void
}

/** Writes every `ts` and `js` block of the documents to a temporary folder. */
export function openWorkbench(): Workbench {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tint-examples-')))
  linkPackages(join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const examples = documentsWithExamples().flatMap(({ path, text }) =>
    codeBlocks(text)
      .filter(({ language }) => language === 'ts' || language === 'js')
      .map(({ language, flags, code, line }) =>
        writeExample(folder, `${path}:${line}`, language, code, !flags.includes('no-run')),
      ),
  )
  return { examples, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Makes all packages of the workspace resolve, and what examples use beside them. */
function linkPackages(modules: string): void {
  const packages = join(repository, 'packages')
  const links = readdirSync(packages).map((name) => [`@tintjs/${name}`, join(packages, name)] as const)
  const others = ['@tensorflow/tfjs-core', 'zod'].map(
    (name) => [name, fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url))] as const,
  )
  for (const [name, target] of [...links, ...others]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(target, join(modules, name), 'junction')
  }
}

function writeExample(bench: string, place: string, language: string, code: string, runs: boolean): Example {
  const folder = join(bench, place.replaceAll(/[^\w.-]/g, '_'))
  mkdirSync(folder)
  symlinkSync(join(repository, 'apps', 'runner', 'models'), join(folder, 'models'), 'junction')
  const source = join(folder, `example.${language}`)
  const script = join(folder, 'example.mjs')
  writeFileSync(source, code)
  writeFileSync(script, ts.transpileModule(code, { compilerOptions: moduleOptions }).outputText)
  return { place, folder, source, script, runs }
}

const moduleOptions: ts.CompilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }

/**
 * Checks the types of all examples in one program, as strictly as the packages' own.
 *
 * @returns a line for each error, with its example's place
 */
export function typeErrors(examples: readonly Example[]): string[] {
  const base = join(repository, 'tooling', 'typescript', 'base.json')
  const { config } = ts.readConfigFile(base, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository)
  const places = new Map(examples.map(({ source, place }) => [source, place]))
  const program = ts.createProgram([...places.keys()], {
    ...options,
    allowJs: true,
    checkJs: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    typeRoots: [fileURLToPath(new URL('../node_modules/@types', import.meta.url))],
  })
  return ts.getPreEmitDiagnostics(program).flatMap(({ file, start, messageText }) => {
    const place = places.get(file?.fileName ?? '')
    // Errors in what an example imports are for that package's own check.
    if (file !== undefined && place === undefined) return []
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1
    return [`${place}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`]
  })
}
