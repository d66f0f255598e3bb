import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writing } from './errors.js'
import { installNative } from './install.js'
import { targetFor, thisMachine } from './platform.js'
import { requireSpace } from './space.js'
import {
  canCompile,
  npmProject,
  pretendedCompiler,
  temporaryFolder,
  unknownWheelName,
  wheelContents,
  workingWheelContents,
  writeWheel,
} from './test-support.js'

const isRoot = process.getuid?.() === 0

/** Whether a small disk can be made: for root on Linux, outside of containers that forbid it. */
const canMount =
  isRoot &&
  process.platform === 'linux' &&
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

/** A disk of that size; needs {@link canMount}. */
async function smallDisk(size: string): Promise<string> {
  const folder = await temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  onTestFinished(() => void spawnSync('umount', [folder]))
  return folder
}

const code = (name: string) => expect.objectContaining({ name: 'InstallError', code: name })

describe('requireSpace', () => {
  it('takes what there is room for, also in a folder that is not there yet', async () => {
    await requireSpace(join(await temporaryFolder(), 'a', 'b'), 1000)
  })

  it('says what is needed and what is free', async () => {
    const work = requireSpace(join(await temporaryFolder(), 'cache', 'x'), 1e18)
    await expect(work).rejects.toThrow(code('disk-full'))
    await expect(work).rejects.toThrow(
      /cache needs 1000000000000 MB and its disk has \d+ MB free; .*TINT_CACHE/,
    )
  })
})

describe('writing', () => {
  const advice = { what: 'the cache', whenFull: 'make room', otherwise: 'choose another' }
  const failing = (name: string) => async () => {
    throw Object.assign(new Error(`${name}: no`), { code: name })
  }

  it.each([
    ['ENOSPC', 'disk-full', 'Cannot write the cache /x: the disk is full; make room.'],
    [
      'EDQUOT',
      'disk-full',
      "Cannot write the cache /x: this user's share of the disk is used up; make room.",
    ],
    ['EROFS', 'cannot-write', 'Cannot write the cache /x: it is read-only; choose another.'],
    ['EACCES', 'cannot-write', 'Cannot write the cache /x: this user may not write there; choose another.'],
  ])('makes one sentence of %s', async (name, kind, sentence) => {
    const work = writing('/x', advice, failing(name))
    await expect(work).rejects.toThrow(code(kind))
    await expect(work).rejects.toThrow(sentence)
  })

  it('leaves other errors alone', async () => {
    await expect(writing('/x', advice, failing('EMFILE'))).rejects.toThrow('EMFILE: no')
  })
})

describe.skipIf(!canMount || !canCompile)('on a small disk (needs root on Linux)', () => {
  const MEGABYTES = 40

  async function setting() {
    const folder = await temporaryFolder()
    const { project, packageFolder } = await npmProject(join(folder, 'project'))
    const [library] = targetFor(thisMachine(), false).libraries
    const contents = { ...(await workingWheelContents()) }
    const padded = Buffer.concat([
      Buffer.from(contents[`tensorflow/${library.file}`]!),
      Buffer.alloc(MEGABYTES * 1e6),
    ])
    const from = await writeWheel(join(folder, unknownWheelName()), {
      ...contents,
      [`tensorflow/${library.file}`]: padded,
    })
    return { folder, project, packageFolder, from }
  }

  it('says so before it unpacks or downloads, and leaves nothing', async () => {
    const { project, packageFolder, from } = await setting()
    const disk = await smallDisk('20m')
    const env = { ...process.env, TINT_CACHE: disk, CXX: await pretendedCompiler() }
    for (const options of [{ from }, {}]) {
      const work = installNative({ cwd: project, env, ...options })
      await expect(work).rejects.toThrow(code('disk-full'))
      await expect(work).rejects.toThrow(/needs \d+ MB and its disk has (19|20) MB free/)
    }
    expect(await readdir(join(disk, 'libtensorflow'))).toEqual([])
    expect(await readdir(disk)).toEqual(['libtensorflow'])
    expect(await readdir(packageFolder)).not.toContain('deps')
  })

  it('says so of a full project, and works when there is room again', async () => {
    const { folder, from } = await setting()
    const disk = await smallDisk('1m')
    const { project } = await npmProject(join(disk, 'project'))
    const env = { ...process.env, TINT_CACHE: join(folder, 'cache') }
    const ballast = join(disk, 'ballast')
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' })
    await expect(installNative({ cwd: project, env, from })).rejects.toThrow(code('disk-full'))
    await writeFile(ballast, '')
    expect(await installNative({ cwd: project, env, from })).toMatchObject({ changed: true })
  })
})

describe('where nothing can be written', () => {
  const target = targetFor({ os: 'linux', arch: 'x64', libc: 'glibc' }, false)
  const machine = { os: 'linux', arch: 'x64', libc: 'glibc' } as const

  async function setting() {
    const folder = await temporaryFolder()
    const { project, packageFolder } = await npmProject(join(folder, 'project'))
    const name = target.wheels[0].file.replace('cp311-cp311', 'cp399-cp399')
    const from = await writeWheel(join(folder, name), wheelContents(target))
    const env = { ...process.env, TINT_CACHE: join(folder, 'cache'), CXX: await pretendedCompiler() }
    return { folder, project, packageFolder, options: { cwd: project, env, from, machine } }
  }

  it('says that a part of the cache is a file', async () => {
    const { folder, options } = await setting()
    await writeFile(join(folder, 'cache'), '')
    await expect(installNative(options)).rejects.toThrow(/is a file and no folder; set TINT_CACHE/)
  })

  it.skipIf(isRoot)('says that the cache is read-only (root may write everywhere)', async () => {
    const { folder, options } = await setting()
    await mkdir(join(folder, 'cache'), { mode: 0o555 })
    await expect(installNative(options)).rejects.toThrow(/this user may not write there; set TINT_CACHE/)
  })

  it.skipIf(isRoot)(
    'says so of the project before it fills the cache (root may write everywhere)',
    async () => {
      const { packageFolder, options, folder } = await setting()
      await chmod(packageFolder, 0o555)
      onTestFinished(() => chmod(packageFolder, 0o755))
      await expect(installNative(options)).rejects.toThrow(
        /Cannot write the package .*this user may not write/,
      )
      expect(await readdir(join(folder, 'cache'))).toEqual([])
    },
  )

  it.skipIf(!canMount)('says so of a read-only disk (needs root on Linux)', async () => {
    const { options } = await setting()
    const disk = await smallDisk('1m')
    execFileSync('mount', ['-o', 'remount,ro', disk])
    const work = installNative({ ...options, env: { ...options.env, TINT_CACHE: disk } })
    await expect(work).rejects.toThrow(/: it is read-only; set TINT_CACHE/)
  })
})
