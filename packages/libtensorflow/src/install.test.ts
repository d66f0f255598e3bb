import { createHash } from 'node:crypto'
import { appendFile, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bindingPath } from './compile.js'
import { type InstallOptions, installNative } from './install.js'
import { targetFor, thisMachine } from './platform.js'
import type { Environment } from './processes.js'
import { removeNative } from './remove.js'
import { nativeStatus } from './status.js'
import {
  canCompile,
  FAKE_VERSION,
  npmProject,
  recordingReporter,
  temporaryFolder,
  unknownWheelName,
  workingWheelContents,
  writeTree,
  writeWheel,
} from './test-support.js'

/** A project, an own cache and whatever else, in one temporary folder. */
async function setting() {
  const folder = await temporaryFolder()
  const { project, packageFolder } = await npmProject(join(folder, 'project'))
  const env: Environment = { ...process.env, TINT_CACHE: join(folder, 'cache') }
  return { folder, project, packageFolder, env, cache: join(folder, 'cache', 'libtensorflow') }
}

const code = (name: string) => expect.objectContaining({ name: 'InstallError', code: name })

describe.skipIf(!canCompile)('installNative with a working library', () => {
  /** A setting and a wheel that can be compiled against. */
  async function workingSetting() {
    const base = await setting()
    const from = await writeWheel(join(base.folder, unknownWheelName()), await workingWheelContents())
    const reporter = recordingReporter()
    const options: InstallOptions = { cwd: base.project, env: base.env, from, reporter }
    return { ...base, from, reporter, options }
  }

  it('puts library, headers and binding in place and tries them', async () => {
    const { packageFolder, options, reporter, cache } = await workingSetting()
    expect(await installNative(options)).toEqual({
      changed: true,
      packageFolder,
      tensorflow: FAKE_VERSION,
      target: targetFor(thisMachine(), false).name,
      cached: { library: false, binding: false },
    })
    expect((await readdir(join(packageFolder, 'deps'))).sort()).toEqual([
      'include',
      'lib',
      'tint-libtensorflow.json',
    ])
    const inLib = (await readdir(join(packageFolder, 'deps/lib'))).join()
    for (const { file, aliases } of targetFor(thisMachine(), false).libraries) {
      for (const name of [file, ...aliases]) expect(inLib).toContain(name)
    }
    expect(await readdir(dirname(bindingPath(packageFolder)))).toEqual(['tfjs_binding.node'])
    expect(reporter.lines.join('\n')).toMatch(/no checksum is known.*\nCompiling the binding/)
    expect(await readdir(cache)).toHaveLength(2)
    expect((await readdir(packageFolder)).filter((name) => name.includes('partial'))).toEqual([])
  })

  it('does nothing the second time, even with nothing to work with', async () => {
    const { project, options, env } = await workingSetting()
    await installNative(options)
    const again = await installNative({ cwd: project, env: { TINT_CACHE: env.TINT_CACHE, PATH: '' } })
    expect(again).toMatchObject({ changed: false, tensorflow: FAKE_VERSION })
  })

  it('links a second checkout to the cache without compiler, and shares the disk', async () => {
    const { folder, packageFolder, options } = await workingSetting()
    await installNative(options)
    const second = await npmProject(join(folder, 'second'))
    const env = { ...options.env, PATH: '', CXX: '' }
    const result = await installNative({ ...options, cwd: second.project, env })
    expect(result.cached).toEqual({ library: true, binding: true })
    const [library] = targetFor(thisMachine(), false).libraries
    const inodes = [packageFolder, second.packageFolder].map(async (where) => {
      return (await stat(join(where, 'deps/lib', library.file))).ino
    })
    const [first, other] = await Promise.all(inodes)
    expect(first).toBe(other)
  })

  it('takes a folder of wheels and an unpacked folder as well', async () => {
    const { folder, options } = await workingSetting()
    expect(await installNative({ ...options, from: folder })).toMatchObject({ changed: true })
    await writeTree(join(folder, 'site-packages'), await workingWheelContents('2.21.0-unpacked'))
    const unpacked = { ...options, from: join(folder, 'site-packages'), force: true }
    expect(await installNative(unpacked)).toMatchObject({ changed: true, tensorflow: '2.21.0-unpacked' })
  })

  it('repairs what was taken away or changed', async () => {
    const { packageFolder, options } = await workingSetting()
    await installNative(options)
    const [library] = targetFor(thisMachine(), false).libraries
    const damages = [
      () => rm(join(packageFolder, 'deps/lib', library.file)),
      () => rm(bindingPath(packageFolder)),
      () => appendFile(bindingPath(packageFolder), 'x'),
      () => rm(join(packageFolder, 'deps/tint-libtensorflow.json')),
    ]
    for (const damage of damages) {
      await damage()
      expect(await installNative(options)).toMatchObject({ changed: true })
      expect(await installNative(options)).toMatchObject({ changed: false })
    }
  })

  it('fetches a damaged cache again', async () => {
    const { folder, options, cache, reporter } = await workingSetting()
    await installNative(options)
    const [entry] = (await readdir(cache)).filter((name) => !name.includes('binding'))
    const header = join(cache, entry!, 'include/tensorflow/c/tf_status.h')
    const damaged = (await readFile(header, 'utf8')).replace('//', '/*')
    await rm(header)
    await writeFile(header, damaged)
    const second = await npmProject(join(folder, 'second'))
    const result = await installNative({ ...options, cwd: second.project })
    expect(result.cached).toEqual({ library: false, binding: true })
    expect(reporter.lines.join('\n')).toMatch(/is damaged and is fetched again/)
    expect(
      await readFile(join(second.packageFolder, 'deps/include/tensorflow/c/tf_status.h'), 'utf8'),
    ).toMatch(/^\/\//)
  })

  it('compiles again where the cached binding does not load', async () => {
    const { folder, options, cache, reporter } = await workingSetting()
    await installNative(options)
    const [entry] = (await readdir(cache)).filter((name) => name.includes('binding'))
    const broken = Buffer.from('no library')
    const facts = { bytes: broken.length, sha256: createHash('sha256').update(broken).digest('hex') }
    await writeTree(join(cache, entry!), {
      'tfjs_binding.node': broken,
      'manifest.json': JSON.stringify({
        format: 1,
        key: 'k',
        sources: [],
        files: { 'tfjs_binding.node': facts },
      }),
    })
    const second = await npmProject(join(folder, 'second'))
    const result = await installNative({ ...options, cwd: second.project })
    expect(result.cached).toEqual({ library: true, binding: false })
    expect(reporter.lines.join('\n')).toMatch(/cached binding does not load here.*compiled again/)
  })

  it('loads wherever the package really lies', async () => {
    const { project, folder, packageFolder, options } = await workingSetting()
    await installNative(options)
    await rename(project, join(folder, 'moved'))
    const moved = packageFolder.replace(project, join(folder, 'moved'))
    const { loads, library } = await nativeStatus({ packageFolder: moved, env: options.env! })
    expect(loads).toEqual({ ok: true, tensorflow: FAKE_VERSION })
    expect(library?.missing).toBeNull()
  })

  it("passes the compiler's error on, leaves no half binding and counts as not installed", async () => {
    const { packageFolder, options } = await workingSetting()
    await appendFile(join(packageFolder, 'binding/tfjs_binding.cc'), '#error "not today"\n')
    await expect(installNative(options)).rejects.toThrow(code('compile-failed'))
    await expect(installNative(options)).rejects.toThrow(/not today/)
    expect(await readdir(dirname(bindingPath(packageFolder)))).toEqual([])
    const status = await nativeStatus({ cwd: packageFolder, env: options.env! })
    expect(status).toMatchObject({ library: null, loads: null, binding: { present: false } })
  })

  it('fails when the engine does not load or computes nonsense', async () => {
    for (const [change, message] of [
      ['throw new TypeError("broken engine")', /does not load: TypeError: broken engine/],
      ['exports.getBackend = () => "cpu"', /the engine is cpu instead of tensorflow/],
      [
        'exports.matMul = () => ({ dataSync: () => [1, 2, 3, 4] })',
        /a product of matrices is wrong: 1,2,3,4/,
      ],
      ['process.kill(process.pid, "SIGKILL")', /ended by SIGKILL/],
      ['process.kill(process.pid, "SIGILL")', /lacks instructions \(AVX\)/],
    ] as const) {
      const { packageFolder, options } = await workingSetting()
      await appendFile(join(packageFolder, 'dist/index.js'), `\n${change}\n`)
      await expect(installNative(options)).rejects.toThrow(code('load-failed'))
      await expect(installNative(options)).rejects.toThrow(message)
      expect((await nativeStatus({ cwd: packageFolder, env: options.env! })).loads).toMatchObject({
        ok: false,
      })
    }
  })

  it('removes what it put there, and the cache on request', async () => {
    const { project, packageFolder, options, env, cache } = await workingSetting()
    const before = (await readdir(packageFolder)).sort()
    await installNative(options)
    const { removed } = await removeNative({ cwd: project, env })
    expect(removed).toEqual([dirname(bindingPath(packageFolder)), join(packageFolder, 'deps')])
    expect((await readdir(packageFolder)).sort()).toEqual(before)
    expect(await readdir(cache)).toHaveLength(2)
    expect(await removeNative({ cwd: project, env, cache: true })).toEqual({ removed: [cache] })
    expect(await readdir(dirname(cache))).toEqual([])
    expect(await removeNative({ cwd: project, env, cache: true })).toEqual({ removed: [] })
  })
})
