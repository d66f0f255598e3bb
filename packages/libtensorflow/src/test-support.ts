import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { onTestFinished } from 'vitest'
import yazl from 'yazl'
import { HEADERS } from './contents.js'
import { type Target, targetFor, targetsOf, thisMachine } from './platform.js'
import { findOnPath } from './processes.js'
import { PACKAGE } from './project.js'
import type { Reporter } from './report.js'

/** Whether a library and a binding can really be made here. */
export const canCompile = targetsOf(thisMachine()).length > 0 && findOnPath(['g++'], process.env).length > 0

/** What the fake library says its version is. */
export const FAKE_VERSION = '2.21.0-fake'

/** A temporary folder that goes with its test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'tint-libtensorflow-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files given by path below a folder. */
export async function writeTree(folder: string, files: Record<string, string | Buffer>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

/** Writes a wheel, which is a zip file. */
export async function writeWheel(path: string, files: Record<string, string | Buffer>): Promise<string> {
  const zip = new yazl.ZipFile()
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  await mkdir(dirname(path), { recursive: true })
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}

/** What a wheel holds for a target, with text instead of libraries, and something nobody wants. */
export function wheelContents(target: Target): Record<string, string | Buffer> {
  const libraries = target.libraries.map(({ file }) => [`tensorflow/${file}`, `library ${file}`])
  const headers = HEADERS.map((header) => [`tensorflow/include/${header}`, `// ${header}\n`])
  return { ...Object.fromEntries([...libraries, ...headers]), 'tensorflow/python/big.py': 'x = 1\n' }
}

/** The same with libraries that a linker and a loader take. Only where {@link canCompile}. */
export async function workingWheelContents(version = FAKE_VERSION): Promise<Record<string, string | Buffer>> {
  const target = targetFor(thisMachine(), false)
  const folder = await temporaryFolder()
  const contents = wheelContents(target)
  await writeFile(join(folder, 'a.cc'), `extern "C" const char* TF_Version() { return "${version}"; }\n`)
  for (const { file } of target.libraries) {
    const name = target.origin === '$ORIGIN' ? `-Wl,-soname,${file}` : `-Wl,-install_name,@rpath/${file}`
    execFileSync('g++', ['-shared', '-fPIC', join(folder, 'a.cc'), name, '-o', join(folder, file)])
    contents[`tensorflow/${file}`] = await readFile(join(folder, file))
  }
  contents['tensorflow/include/tensorflow/c/c_api.h'] = 'extern "C" const char* TF_Version();\n'
  return contents
}

/** A wheel file name for this computer that nobody published. */
export function unknownWheelName(): string {
  return targetFor(thisMachine(), false).wheels[0].file.replace('cp311-cp311', 'cp399-cp399')
}

const BINDING = `
#include <node_api.h>
#include "tensorflow/c/c_api.h"
static napi_value Init(napi_env env, napi_value exports) {
  napi_value version;
  napi_create_string_utf8(env, TF_Version(), NAPI_AUTO_LENGTH, &version);
  napi_set_named_property(env, exports, "TF_Version", version);
  return exports;
}
NAPI_MODULE(tfjs_binding, Init)
`

/** Behaves like tfjs-node-gpu as far as the verification goes: needs its binding, and the util function of old. */
const MAIN = `
const binding = require('../lib/napi-v8/tfjs_binding.node')
exports.tensor2d = (rows) => rows
exports.matMul = (a, b) => ({
  dataSync: () => a.flatMap((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0))),
})
exports.getBackend = () => (require('util').isNullOrUndefined(undefined) ? 'tensorflow' : 'none')
exports.backend = () => ({ binding })
`

/** The files of a fake npm package, below `folder`. */
export async function writePackage(folder: string, version = '4.22.0'): Promise<string> {
  await writeTree(folder, {
    'package.json': JSON.stringify({ name: PACKAGE, version, main: 'dist/index.js' }),
    'dist/index.js': MAIN,
    'binding/tfjs_binding.cc': BINDING,
  })
  return folder
}

/** A project with the fake package where npm puts it. */
export async function npmProject(folder: string): Promise<{ project: string; packageFolder: string }> {
  await writeTree(folder, { 'package.json': '{}' })
  return { project: folder, packageFolder: await writePackage(join(folder, 'node_modules', PACKAGE)) }
}

/** A program on a PATH of its own. */
export async function writeProgram(folder: string, name: string, script: string): Promise<void> {
  await writeTree(folder, { [name]: `#!/bin/sh\n${script}\n` })
  await chmod(join(folder, name), 0o755)
}

/** A compiler that finds nothing wrong and writes nothing. */
export async function pretendedCompiler(): Promise<string> {
  const folder = await temporaryFolder()
  await writeProgram(folder, 'compiler', 'exit 0')
  return join(folder, 'compiler')
}

/** Keeps what is reported. */
export function recordingReporter(): Reporter & { lines: string[]; tasks: Map<string, [number, number]> } {
  const lines: string[] = []
  const tasks = new Map<string, [number, number]>()
  return {
    lines,
    tasks,
    line: (text) => void lines.push(text),
    progress: (task, done, total) => void tasks.set(task, [done, total]),
  }
}
