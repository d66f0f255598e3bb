import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sha256OfFile } from './files.js'
import { pipDownload } from './pip.js'
import { findPip, type Pip } from './python.js'
import { silentReporter } from './report.js'
import { recordingReporter, temporaryFolder, writeProgram, writeTree } from './test-support.js'
import type { Wheel } from './wheels.js'

const wheel: Wheel = {
  distribution: 'tensorflow-cpu',
  version: '2.21.0',
  file: 'tf.whl',
  bytes: 5,
  sha256: '',
}

const pipIn = (folder: string): Pip => ({ command: join(folder, 'python3'), args: ['-m', 'pip'] })

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
    expect(await findPip({ PATH: `${without}:${having}` })).toEqual(pipIn(having))
  })

  it('takes uv where no Python has pip, and passes over what cannot be started', async () => {
    const [bin, uv] = [await temporaryFolder(), await temporaryFolder()]
    await writeTree(bin, { python3: '#!/no/such/interpreter\n' })
    await chmod(join(bin, 'python3'), 0o755)
    await expect(findPip({ PATH: bin })).rejects.toThrow(/has no pip/)
    await writeProgram(uv, 'uv', '[ "$*" = "tool run pip --version" ]')
    expect(await findPip({ PATH: `${bin}:${uv}` })).toEqual({
      command: join(uv, 'uv'),
      args: ['tool', 'run', 'pip'],
    })
  })
})

describe('pipDownload', () => {
  it('asks pip for exactly the wheel and returns where it is', async () => {
    const folder = await temporaryFolder()
    await writeProgram(folder, 'python3', `echo "$@" > ${folder}/args; printf wheel > ${folder}/out/tf.whl`)
    const reporter = recordingReporter()
    const path = await pipDownload(
      pipIn(folder),
      wheel,
      ['tag_a', 'tag_b'],
      join(folder, 'out'),
      {},
      reporter,
    )
    expect(path).toBe(join(folder, 'out/tf.whl'))
    const args = await readFile(join(folder, 'args'), 'utf8')
    expect(args).toMatch(
      /^-m pip download --no-deps --only-binary=:all: --python-version 311 --implementation cp /,
    )
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
    const work = pipDownload(pipIn(folder), wheel, ['t'], join(folder, 'out'), {}, silentReporter)
    await expect(work).rejects.toThrow(expect.objectContaining({ code: 'download-failed' }))
    await expect(work).rejects.toThrow(
      /could not download tensorflow-cpu 2\.21\.0 \(ERROR: No matching distribution\)/,
    )
  })

  it.each([
    [
      'WARNING: Retrying after NewConnectionError\nERROR: No matching distribution',
      /\(no connection to the package index\).*--from/,
    ],
    [
      'ProtocolError: ("Connection broken: IncompleteRead(5 bytes read, 9 more expected)")',
      /\(the connection broke off\)/,
    ],
    [
      'ReadTimeoutError: HTTPSConnectionPool(host="x", port=443): Read timed out.',
      /the connection broke off/,
    ],
    [
      'no such option: --progress-bar',
      /\(this pip is too old\); renew it with: python3 -m pip install --upgrade/,
    ],
    ['SSLError(1, "CERTIFICATE_VERIFY_FAILED")', /\(the index's certificate is not trusted\)/],
    ['ERROR: HTTP error 403 while getting it', /\(the package index asks for a login or refuses\)/],
    [
      'OSError: [Errno 28] No space left on device',
      /: the disk is full; free some space there, or set TINT_CACHE/,
    ],
    ["ERROR: Wheel 'x' located at /a/x.whl is invalid.", /\(what arrived is damaged or not whole\)/],
    ['ERROR: No version (from versions: none)', /\(the package index does not offer it\)/],
    ['ERROR: something new.', /\(ERROR: something new\); check the connection and pip's settings/],
  ])('makes one sentence of %j', async (says, sentence) => {
    const folder = await temporaryFolder()
    await writeTree(folder, { says })
    await writeProgram(folder, 'python3', `cat ${folder}/says >&2; exit 1`)
    const work = pipDownload(pipIn(folder), wheel, ['t'], join(folder, 'out'), {}, silentReporter)
    await expect(work).rejects.toThrow(sentence)
    await expect(work).rejects.toThrow(/^[^\n]+\.$/)
  })

  it('takes a whole file from a pip that fails afterwards, and not a part of one', async () => {
    const folder = await temporaryFolder()
    await writeProgram(folder, 'python3', `printf wheel > ${folder}/out/tf.whl; exit 1`)
    const download = () => pipDownload(pipIn(folder), wheel, ['t'], join(folder, 'out'), {}, silentReporter)
    expect(await download()).toBe(join(folder, 'out/tf.whl'))
    await writeProgram(folder, 'python3', `printf whee > ${folder}/out/tf.whl; exit 1`)
    await expect(download()).rejects.toThrow(/it ended with exit code 1/)
  })

  it('fails when pip is content but brings another file', async () => {
    const folder = await temporaryFolder()
    await writeProgram(folder, 'python3', 'exit 0')
    const work = pipDownload(pipIn(folder), wheel, ['t'], join(folder, 'out'), {}, silentReporter)
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
