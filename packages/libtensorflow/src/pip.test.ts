import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sha256OfFile } from './files.js'
import { findPip, pipDownload } from './pip.js'
import { silentReporter } from './report.js'
import { recordingReporter, temporaryFolder, writeProgram } from './test-support.js'
import type { Wheel } from './wheels.js'

const wheel: Wheel = {
  distribution: 'tensorflow-cpu',
  version: '2.21.0',
  file: 'tf.whl',
  bytes: 5,
  sha256: '',
}

describe('findPip', () => {
  it('says that there is no python3', async () => {
    const work = findPip({ PATH: await temporaryFolder() })
    await expect(work).rejects.toThrow(expect.objectContaining({ code: 'python-not-found' }))
    await expect(work).rejects.toThrow(/python3 with pip is needed.*not on the PATH.*--from/)
  })

  it('says that python3 has no pip', async () => {
    const bin = await temporaryFolder()
    await writeProgram(bin, 'python3', 'echo "No module named pip" >&2; exit 1')
    await expect(findPip({ PATH: bin })).rejects.toThrow(`${join(bin, 'python3')} has no pip`)
  })

  it('takes the first Python with pip, also further down the PATH', async () => {
    const [without, having] = [await temporaryFolder(), await temporaryFolder()]
    await writeProgram(without, 'python3', 'exit 1')
    await writeProgram(having, 'python3', 'echo pip 23')
    expect(await findPip({ PATH: `${without}:${having}` })).toBe(join(having, 'python3'))
  })
})

describe('pipDownload', () => {
  it('asks pip for exactly the wheel and returns where it is', async () => {
    const folder = await temporaryFolder()
    await writeProgram(folder, 'python3', `echo "$@" > ${folder}/args; printf wheel > ${folder}/out/tf.whl`)
    const reporter = recordingReporter()
    const python = join(folder, 'python3')
    const path = await pipDownload(python, wheel, ['tag_a', 'tag_b'], join(folder, 'out'), {}, reporter)
    expect(path).toBe(join(folder, 'out/tf.whl'))
    const args = await readFile(join(folder, 'args'), 'utf8')
    expect(args).toMatch(/^-m pip download --no-deps --only-binary=:all: --python-version 3\.11 /)
    expect(args).toContain('--platform tag_a --platform tag_b')
    expect(args).toMatch(/tensorflow-cpu==2\.21\.0$/m)
    expect(reporter.tasks.get('Downloading tensorflow-cpu 2.21.0')).toEqual([5, 5])
  })

  it("passes pip's own reason on", async () => {
    const folder = await temporaryFolder()
    await writeProgram(
      folder,
      'python3',
      'echo "WARNING: x" >&2; echo "ERROR: No matching distribution" >&2; exit 1',
    )
    const work = pipDownload(join(folder, 'python3'), wheel, ['t'], join(folder, 'out'), {}, silentReporter)
    await expect(work).rejects.toThrow(expect.objectContaining({ code: 'download-failed' }))
    await expect(work).rejects.toThrow(
      /could not download tensorflow-cpu 2\.21\.0 \(ERROR: No matching distribution\)/,
    )
  })

  it('says that there is no connection, which pip only warns of', async () => {
    const folder = await temporaryFolder()
    const says =
      'echo "WARNING: Retrying after NewConnectionError" >&2; echo "ERROR: No matching distribution" >&2'
    await writeProgram(folder, 'python3', `${says}; exit 1`)
    const work = pipDownload(join(folder, 'python3'), wheel, ['t'], join(folder, 'out'), {}, silentReporter)
    await expect(work).rejects.toThrow(/\(no connection to the package index\).*--from/)
  })

  it('fails when pip is content but brings another file', async () => {
    const folder = await temporaryFolder()
    await writeProgram(folder, 'python3', 'exit 0')
    const work = pipDownload(join(folder, 'python3'), wheel, ['t'], join(folder, 'out'), {}, silentReporter)
    await expect(work).rejects.toThrow(/it brought no tf\.whl/)
  })
})

describe('sha256OfFile', () => {
  it('gives the published checksum of a known text', async () => {
    const path = join(await temporaryFolder(), 'abc')
    await writeFile(path, 'abc')
    // FIPS 180-2, example B.1
    expect(await sha256OfFile(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
