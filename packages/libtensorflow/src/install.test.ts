import { createHash } from 'node:crypto'
import { appendFile, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bindingPath } from './compile.js'
import { type InstallOptions, installNative } from './install.js'
import { type Machine, targetFor, thisMachine } from './platform.js'
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
  wheelContents,
  workingWheelContents,
  writeProgram,
  writeTree,
  writeWheel,
} from './test-support.js'

const LINUX: Machine = { os: 'linux', arch: 'x64', libc: 'glibc' }

/** A project, an own cache and whatever else, in one temporary folder. */
async function setting(extra: Environment = {}) {
  const folder = await temporaryFolder()
  const { project, packageFolder } = await npmProject(join(folder, 'project'))
  const env: Environment = { ...process.env, TINT_CACHE: join(folder, 'cache'), ...extra }
  return { folder, project, packageFolder, env, cache: join(folder, 'cache', 'libtensorflow') }
}

const code = (name: string) => expect.objectContaining({ name: 'InstallError', code: name })

describe('installNative refuses', () => {
  it('a platform without TensorFlow, before it looks for anything', async () => {
    const machine: Machine = { os: 'win32', arch: 'x64', libc: null }
    const work = installNative({ cwd: await temporaryFolder(), machine })
    await expect(work).rejects.toThrow(/WASM engine serves/)
  })

  it('a project without the package', async () => {
    const work = installNative({ cwd: await temporaryFolder(), machine: LINUX })
    await expect(work).rejects.toThrow(/add it with: npm install/)
  })

  it('a missing compiler before a download', async () => {
    const { project, env, cache } = await setting({ PATH: '', CXX: '' })
    await expect(installNative({ cwd: project, env, machine: LINUX })).rejects.toThrow(
      code('compiler-not-found'),
    )
    await expect(installNative({ cwd: project, env, machine: LINUX })).rejects.toThrow(
      /apt install g\+\+|xcode-select/,
    )
    expect(await readdir(dirname(cache))).toEqual([])
  })

  it('a CXX that does not exist, by its name', async () => {
    const { project, env } = await setting({ CXX: 'no-such-compiler -O1' })
    await expect(installNative({ cwd: project, env, machine: LINUX })).rejects.toThrow(
      /CXX, no-such-compiler,/,
    )
  })

  it('to download without pip', async () => {
    const { project, env, folder, cache } = await setting({ PATH: '', CXX: '/bin/sh' })
    await expect(installNative({ cwd: project, env, machine: LINUX })).rejects.toThrow(
      code('python-not-found'),
    )
    expect(await readdir(cache)).toEqual([])
    expect(await readdir(folder)).not.toContain('libtensorflow.lock')
  })

  it('a download with a wrong checksum and keeps none of it', async () => {
    const { project, packageFolder, env, folder, cache } = await setting({ CXX: '/bin/sh' })
    const { file } = targetFor(LINUX, false).wheels[0]
    const wheel = await writeWheel(join(folder, file), wheelContents(targetFor(LINUX, false)))
    await writeProgram(
      join(folder, 'bin'),
      'python3',
      `for a; do [ "$last" = --dest ] && cp ${wheel} "$a"; last=$a; done`,
    )
    env.PATH = `${join(folder, 'bin')}:${env.PATH}`
    const work = installNative({ cwd: project, env, machine: LINUX })
    await expect(work).rejects.toThrow(code('wrong-checksum'))
    await expect(work).rejects.toThrow(/instead of 2b847d217b02/)
    expect(await readdir(cache)).toEqual([])
    expect(await readdir(packageFolder)).not.toContain('deps')
  })

  it.each<[string, (folder: string) => Promise<string>, string, RegExp]>([
    ['nothing there', async (folder) => join(folder, 'no.whl'), 'bad-source', /no such file or folder/],
    [
      'a wheel of a known name with another content',
      (folder) => writeWheel(join(folder, targetFor(LINUX, false).wheels[0].file), { a: 'b' }),
      'wrong-checksum',
      /damaged or not the published file/,
    ],
    [
      "another platform's wheel",
      (folder) => writeWheel(join(folder, 'tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl'), { a: 'b' }),
      'bad-source',
      /neither a folder nor a wheel of TensorFlow 2\.21\.0 for this platform/,
    ],
    [
      'another release',
      (folder) => writeWheel(join(folder, 'tensorflow_cpu-2.20.0-cp311-cp311-manylinux_2_27_x86_64.whl'), {}),
      'bad-source',
      /neither a folder nor a wheel of TensorFlow 2\.21\.0/,
    ],
    [
      'a wheel that lacks the library',
      (folder) =>
        writeWheel(join(folder, 'tensorflow_cpu-2.21.0-cp39-cp39-manylinux_2_27_x86_64.whl'), { a: 'b' }),
      'bad-source',
      /lacks tensorflow\/libtensorflow_cc\.so\.2/,
    ],
    [
      'a folder without wheels',
      async (folder) => folder,
      'bad-source',
      /holds neither tensorflow_cpu-2\.21\.0/,
    ],
    [
      'an unpacked folder that lacks the library',
      async (folder) => {
        await writeTree(folder, { 'tensorflow/a': '' })
        return folder
      },
      'bad-source',
      /lacks tensorflow\//,
    ],
  ])('--from %s', async (_, make, kind, message) => {
    const { project, env, cache } = await setting({ CXX: '/bin/sh' })
    const from = await make(await temporaryFolder())
    const work = installNative({ cwd: project, env, machine: LINUX, from })
    await expect(work).rejects.toThrow(code(kind))
    await expect(work).rejects.toThrow(message)
    expect(await readdir(cache).catch(() => [])).toEqual([])
  })

  it('--gpu with a single wheel', async () => {
    const { project, env, folder } = await setting({ CXX: '/bin/sh' })
    const from = await writeWheel(join(folder, 'tensorflow-2.21.0-cp39-cp39-manylinux_2_27_x86_64.whl'), {})
    const work = installNative({ cwd: project, env, machine: LINUX, from, gpu: true })
    await expect(work).rejects.toThrow(/needs 12 wheels/)
  })
})

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
