import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InputError } from '../errors'
import { writeFolderAtomically } from './atomic-folder'
import { writeFileAtomically } from './atomic-write'
import { holdFolder, holdName } from './hold-folder'
import { thisOwner } from './owner'

const advice = 'wait.'
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensor-hold-'))
})
afterEach(() => rm(folder, { recursive: true }))

const holder = (changed: object) =>
  writeFile(
    join(folder, holdName),
    JSON.stringify({ ...thisOwner(), id: 'x', host: 'other-machine', ...changed }),
  )

/** The number of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await new Promise((resolve) => child.on('close', resolve))
  return child.pid ?? 0
}

describe('holdFolder', () => {
  test('is for one at a time, and leaves nothing', async () => {
    const release = await holdFolder(folder, { advice })
    await expect(holdFolder(folder, { advice })).rejects.toThrow(
      `Process ${process.pid} is at work in the folder ${folder}; wait.`,
    )
    release()
    ;(await holdFolder(folder, { advice }))()
    expect(await readdir(folder)).toEqual([])
  })

  test('takes over at once from a process that has ended, and from one whose number is used again', async () => {
    await holder({ pid: await endedProcess() })
    ;(await holdFolder(folder, { advice }))()
    await holder({ started: 1 })
    ;(await holdFolder(folder, { advice }))()
    expect(await readdir(folder)).toEqual([])
  })

  test('takes over from a silent process elsewhere, and not from one that is at work', async () => {
    const watched: number[] = []
    const options = { advice, silence: 600, onWatch: (seconds: number) => watched.push(seconds) }
    for (const content of ['{"place":', '']) {
      await writeFile(join(folder, holdName), content)
      ;(await holdFolder(folder, options))()
    }
    await holder({ place: '0'.repeat(16), pid: 7 })
    ;(await holdFolder(folder, options))()
    expect(watched).toEqual([0.6, 0.6, 0.6])
    await holder({ place: '0'.repeat(16), pid: 7 })
    let beats = 0
    const beating = setInterval(() => void utimes(join(folder, holdName), ++beats, beats), 50)
    await expect(holdFolder(folder, options)).rejects.toThrow(/^Process 7 of other-machine is at work in /)
    clearInterval(beating)
  })

  test('says why where it cannot be written', async () => {
    await expect(holdFolder(join(folder, 'none'), { advice })).rejects.toThrow(InputError)
  })
})

describe('what a killed process has left', () => {
  test('goes with the next write of the same name; what a running one writes stays', async () => {
    const { place, started } = thisOwner()
    const gone = await endedProcess()
    const left = (target: string, pid: number, where = place) =>
      `.${target}.${where}-${pid}-${started}-0123456789ab.tmp`
    const old = left('file', gone, 'f'.repeat(16))
    for (const name of [left('file', gone), left('other', gone), left('file', process.pid), old]) {
      await writeFile(join(folder, name), 'half')
    }
    await writeFileAtomically(join(folder, 'file'), ['whole'])
    expect((await readdir(folder)).sort()).toEqual(
      ['file', left('file', process.pid), left('other', gone), old].sort(),
    )
    // Of another computer: after a day.
    await utimes(join(folder, old), 1, 1)
    await writeFileAtomically(join(folder, 'file'), ['whole'])
    expect(await readdir(folder)).not.toContain(old)
    await writeFolderAtomically(join(folder, 'other'), async () => {})
    expect((await readdir(folder)).sort()).toEqual(['file', 'other', left('file', process.pid)].sort())
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('whole')
  })
})

test('what stands in the place of the holder’s file is told, and not waited for', async () => {
  await mkdir(join(folder, holdName))
  await expect(holdFolder(folder, { advice })).rejects.toThrow(/\.in-use is no file; remove it/)
  expect(await readdir(folder)).toEqual([holdName])
})
