import { chmod, mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installNative } from './install.js'
import { type Machine, targetFor } from './platform.js'
import type { Environment } from './processes.js'
import {
  npmProject,
  pretendedCompiler,
  temporaryFolder,
  wheelContents,
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

  it('a compiler that is there but does not work, before a download', async () => {
    const { project, env, folder } = await setting()
    await writeProgram(folder, 'g++', 'echo "error: invalid active developer path" >&2; exit 1')
    const work = installNative({ cwd: project, env: { ...env, PATH: folder, CXX: '' }, machine: LINUX })
    await expect(work).rejects.toThrow(code('compiler-not-found'))
    await expect(work).rejects.toThrow(/g\+\+ does not work \(error: invalid active developer path\), but/)
  })

  it('a wheel that cannot be read', async () => {
    const { project, env, folder } = await setting()
    const from = join(folder, targetFor(LINUX, false).wheels[0].file)
    await mkdir(join(from, 'x'), { recursive: true })
    await expect(installNative({ cwd: project, env, machine: LINUX, from })).rejects.toThrow(
      code('bad-source'),
    )
  })

  it('a cache that every user of the computer can write', async () => {
    const { project, env, folder, cache } = await setting({ CXX: await pretendedCompiler() })
    const name = targetFor(LINUX, false).wheels[0].file.replace('cp311-cp311', 'cp399-cp399')
    const from = await writeWheel(join(folder, name), wheelContents(targetFor(LINUX, false)))
    await mkdir(cache, { recursive: true })
    await chmod(cache, 0o777)
    await expect(installNative({ cwd: project, env, machine: LINUX, from })).rejects.toThrow(
      code('unsafe-cache'),
    )
  })

  it('a CXX that does not exist, by its name', async () => {
    const { project, env } = await setting({ CXX: 'no-such-compiler -O1' })
    await expect(installNative({ cwd: project, env, machine: LINUX })).rejects.toThrow(
      /CXX, no-such-compiler,/,
    )
  })

  it('to download without pip', async () => {
    const { project, env, folder, cache } = await setting({ PATH: '', CXX: await pretendedCompiler() })
    await expect(installNative({ cwd: project, env, machine: LINUX })).rejects.toThrow(
      code('python-not-found'),
    )
    expect(await readdir(cache)).toEqual([])
    expect(await readdir(folder)).not.toContain('libtensorflow.lock')
  })

  it('a download with a wrong checksum and keeps none of it', async () => {
    const { project, packageFolder, env, folder, cache } = await setting({ CXX: await pretendedCompiler() })
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
    const { project, env, cache } = await setting({ CXX: await pretendedCompiler() })
    const from = await make(await temporaryFolder())
    const work = installNative({ cwd: project, env, machine: LINUX, from })
    await expect(work).rejects.toThrow(code(kind))
    await expect(work).rejects.toThrow(message)
    expect(await readdir(cache).catch(() => [])).toEqual([])
  })

  it('--gpu with a single wheel', async () => {
    const { project, env, folder } = await setting({ CXX: await pretendedCompiler() })
    const from = await writeWheel(join(folder, 'tensorflow-2.21.0-cp39-cp39-manylinux_2_27_x86_64.whl'), {})
    const work = installNative({ cwd: project, env, machine: LINUX, from, gpu: true })
    await expect(work).rejects.toThrow(/needs 12 wheels/)
  })
})
