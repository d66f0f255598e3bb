import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bindingPath } from './compile.js'
import { installNative } from './install.js'
import { targetFor, thisMachine } from './platform.js'
import { nativeStatus } from './status.js'
import {
  canCompile,
  npmProject,
  recordingReporter,
  temporaryFolder,
  unknownWheelName,
  workingWheelContents,
  writePackage,
  writeTree,
  writeWheel,
} from './test-support.js'

const LINUX = { os: 'linux', arch: 'x64', libc: 'glibc' } as const

describe('the advice of nativeStatus', () => {
  const adviceIn = async (cwd: string, machine = {}) =>
    (await nativeStatus({ cwd, env: { TINT_CACHE: join(cwd, 'cache') }, machine: { ...LINUX, ...machine } }))
      .advice

  it('names both commands where the package is missing', async () => {
    const project = await temporaryFolder()
    await writeTree(project, { 'pnpm-lock.yaml': '' })
    expect(await adviceIn(project)).toEqual({
      problem: '@tensorflow/tfjs-node-gpu is not installed here.',
      commands: ['pnpm add @tensorflow/tfjs-node-gpu@4.22.0', 'pnpm dlx @tintjs/libtensorflow install'],
    })
  })

  it("names the setting first in Yarn's Plug'n'Play", async () => {
    const project = await temporaryFolder()
    await writeTree(project, { '.pnp.cjs': '' })
    expect((await adviceIn(project))?.commands[0]).toBe('yarn config set nodeLinker node-modules')
  })

  it('names one command where only the library is missing', async () => {
    const { project } = await npmProject(await temporaryFolder())
    expect(await adviceIn(project)).toEqual({
      problem: '@tensorflow/tfjs-node-gpu has no native library yet.',
      commands: ['npx @tintjs/libtensorflow install'],
    })
  })

  it('names the folder that was chosen', async () => {
    const packageFolder = await writePackage(join(await temporaryFolder(), 'elsewhere'))
    const { advice } = await nativeStatus({ packageFolder, env: {}, machine: LINUX })
    expect(advice?.commands.join()).toContain(`install --package ${packageFolder}`)
  })

  it('asks for the right version', async () => {
    const { project, packageFolder } = await npmProject(await temporaryFolder())
    await writePackage(packageFolder, '4.20.0')
    expect(await adviceIn(project)).toMatchObject({
      problem: expect.stringContaining('is version 4.20.0, but 4.22.0 is needed'),
      commands: [expect.stringContaining('npm install'), expect.any(String)],
    })
  })

  it.each([
    [{ os: 'win32', libc: null }, /WASM engine serves here/],
    [{ libc: 'musl' }, /musl.*WASM engine serves here/],
    [{ systemVersion: '2.17' }, /needs glibc 2\.27 or newer and this is glibc 2\.17/],
  ])('has no command for %j', async (machine, problem) => {
    const advice = await adviceIn(await temporaryFolder(), machine)
    expect(advice).toEqual({ problem: expect.stringMatching(problem), commands: [] })
  })

  it('works for a user without home', async () => {
    const { project } = await npmProject(await temporaryFolder())
    const status = await nativeStatus({ cwd: project, env: { HOME: 'relative' }, machine: LINUX })
    expect(status.cache).toEqual({ path: null, entries: [] })
  })
})

describe.skipIf(!canCompile)('of a project that was installed', () => {
  async function installed() {
    const folder = await temporaryFolder()
    const { project, packageFolder } = await npmProject(join(folder, 'project'))
    const from = await writeWheel(join(folder, unknownWheelName()), await workingWheelContents())
    const env = { ...process.env, TINT_CACHE: join(folder, 'cache') }
    const reporter = recordingReporter()
    const options = { cwd: project, env, from, reporter }
    await installNative(options)
    return { folder, project, packageFolder, env, reporter, options }
  }

  it('there is none where the engine works', async () => {
    const { project, env } = await installed()
    expect((await nativeStatus({ cwd: project, env })).advice).toBeNull()
  })

  it('it sees that node_modules come from another computer, and install repairs it', async () => {
    const { project, packageFolder, env, options } = await installed()
    const path = join(packageFolder, 'deps/tint-libtensorflow.json')
    const record = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...record, target: 'plan9-mips-cpu' }))
    await rm(join(packageFolder, 'deps/lib', targetFor(thisMachine(), false).libraries[0].file))
    const { advice } = await nativeStatus({ cwd: project, env })
    expect(advice?.problem).toContain('was installed for plan9-mips-cpu, but this computer is')
    expect(await installNative(options)).toMatchObject({ changed: true })
    expect((await nativeStatus({ cwd: project, env })).advice).toBeNull()
  })

  it('it names what is missing, and what does not load', async () => {
    const { project, packageFolder, env } = await installed()
    await appendFile(join(packageFolder, 'dist/index.js'), '\nthrow new Error("broken")\n')
    expect((await nativeStatus({ cwd: project, env })).advice).toEqual({
      problem: 'The native engine does not load: Error: broken.',
      commands: ['npx @tintjs/libtensorflow install'],
    })
    await rm(bindingPath(packageFolder))
    expect((await nativeStatus({ cwd: project, env })).advice?.problem).toBe(
      'Of the native library, the binding is missing or changed.',
    )
  })

  it('install tries what is in place, and makes a binding again that does not load here', async () => {
    const { packageFolder, options, reporter } = await installed()
    const main = join(packageFolder, 'dist/index.js')
    // Fails when it is tried before the lock and under it, then works.
    const twice = `const seen = '${join(packageFolder, 'seen')}'
      require('fs').appendFileSync(seen, 'x')
      if (require('fs').statSync(seen).size <= 2) throw new Error('GLIBC_2.99 not found')\n`
    await appendFile(main, twice)
    expect(await installNative(options)).toMatchObject({ changed: true })
    expect(reporter.lines.join('\n')).toMatch(
      /What is installed does not work \(Error: GLIBC_2\.99 not found\)/,
    )
  })

  it.each([
    ['long', /add it with npm install --ignore-scripts long@4\.0\.0 @tensorflow\/tfjs-core@4\.22\.0\.$/],
    ['@tensorflow/tfjs-core', /without declaring them/],
  ])('names what a strict layout hides: %s', async (name, message) => {
    const { project, packageFolder, env, options } = await installed()
    await appendFile(join(packageFolder, 'dist/index.js'), `\nrequire('${name}')\n`)
    await expect(installNative(options)).rejects.toThrow(message)
    const { advice } = await nativeStatus({ cwd: project, env })
    expect(advice?.commands).toEqual([
      'npm install --ignore-scripts long@4.0.0 @tensorflow/tfjs-core@4.22.0',
      'npx @tintjs/libtensorflow install',
    ])
  })

  it('has no command for a processor that is too old', async () => {
    const { project, packageFolder, env } = await installed()
    await appendFile(join(packageFolder, 'dist/index.js'), '\nprocess.kill(process.pid, "SIGILL")\n')
    expect((await nativeStatus({ cwd: project, env })).advice).toEqual({
      problem: expect.stringContaining('lacks instructions (AVX)'),
      commands: [],
    })
  })
})
