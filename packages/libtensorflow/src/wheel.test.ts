import { createHash } from 'node:crypto'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { targetFor } from './platform.js'
import { silentReporter } from './report.js'
import { recordingReporter, temporaryFolder, wheelContents, writeTree, writeWheel } from './test-support.js'
import { checkComplete, copyUnpacked, extractWheel } from './wheel.js'

const target = targetFor({ os: 'linux', arch: 'x64', libc: 'glibc' }, false)
const gpu = targetFor({ os: 'linux', arch: 'x64', libc: 'glibc' }, true)

describe('extractWheel', () => {
  it('takes the wanted files and nothing else, with their checksums', async () => {
    const folder = await temporaryFolder()
    const wheel = await writeWheel(join(folder, 'a.whl'), wheelContents(target))
    const reporter = recordingReporter()
    const files = await extractWheel(wheel, target, join(folder, 'out'), reporter)
    expect(Object.keys(files)).toHaveLength(16)
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(['include', 'lib'])
    const content = 'library libtensorflow_cc.so.2'
    expect(await readFile(join(folder, 'out/lib/libtensorflow_cc.so.2'), 'utf8')).toBe(content)
    expect(files['lib/libtensorflow_cc.so.2']).toEqual({
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })
    const [done, total] = reporter.tasks.get('Unpacking')!
    expect(done).toBe(total)
    expect(total).toBe(Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0))
    expect(() => checkComplete(files, target, 'a.whl')).not.toThrow()
  })

  it('unpacks CUDA beside the library', async () => {
    const folder = await temporaryFolder()
    const wheel = await writeWheel(join(folder, 'a.whl'), {
      'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn',
      'nvidia/cudnn/lib/__init__.py': '',
      'nvidia/cudnn/include/cudnn.h': '',
    })
    const files = await extractWheel(wheel, gpu, join(folder, 'out'), silentReporter)
    expect(Object.keys(files)).toEqual(['nvidia/cudnn/lib/libcudnn.so.9'])
  })

  it.each([
    [
      'a file that is no zip',
      async (path: string) => writeFile(path, 'not a zip file at all, not even nearly'),
    ],
    ['a truncated zip', async (path: string) => truncate(path, 900)],
    ['an empty file', async (path: string) => truncate(path, 0)],
  ])('refuses %s', async (_, damage) => {
    const folder = await temporaryFolder()
    const wheel = await writeWheel(join(folder, 'a.whl'), wheelContents(target))
    await damage(wheel)
    const work = extractWheel(wheel, target, join(folder, 'out'), silentReporter)
    await expect(work).rejects.toThrow(expect.objectContaining({ code: 'bad-source' }))
  })

  it('refuses damaged content', async () => {
    const folder = await temporaryFolder()
    const wheel = await writeWheel(join(folder, 'a.whl'), {
      'tensorflow/libtensorflow_cc.so.2': Buffer.alloc(100_000, 'tensorflow'),
    })
    const bytes = await readFile(wheel)
    bytes.fill(0xff, 80, 120)
    await writeFile(wheel, bytes)
    const work = extractWheel(wheel, target, join(folder, 'out'), silentReporter)
    await expect(work).rejects.toThrow(/Cannot unpack .*a\.whl/)
  })

  it('refuses a name that is there twice', async () => {
    const folder = await temporaryFolder()
    const twice = { 'tensorflow/libtensorflow_cc.so.2': 'a', 'tensorflow/libtensorflow_cc.so.3': 'b' }
    const wheel = await writeWheel(join(folder, 'a.whl'), twice)
    const bytes = await readFile(wheel)
    await writeFile(wheel, bytes.toString('latin1').replaceAll('.so.3', '.so.2'), 'latin1')
    const work = extractWheel(wheel, target, join(folder, 'out'), silentReporter)
    await expect(work).rejects.toThrow(/twice/)
  })

  it('names what a wheel lacks', async () => {
    const folder = await temporaryFolder()
    const { 'tensorflow/include/xla/tsl/c/tsl_status.h': _, ...rest } = wheelContents(target)
    const wheel = await writeWheel(join(folder, 'a.whl'), rest)
    const files = await extractWheel(wheel, target, join(folder, 'out'), silentReporter)
    expect(() => checkComplete(files, target, 'a.whl')).toThrow(
      'a.whl lacks tensorflow/include/xla/tsl/c/tsl_status.h; it must be TensorFlow for linux-x64.',
    )
  })
})

describe('copyUnpacked', () => {
  it('takes the same files out of a folder', async () => {
    const folder = await temporaryFolder()
    await writeTree(join(folder, 'in'), {
      ...wheelContents(gpu),
      'nvidia/cublas/lib/libcublas.so.12': 'cublas',
      'nvidia/cublas/lib/__init__.py': '',
    })
    const files = await copyUnpacked(join(folder, 'in'), gpu, join(folder, 'out'))
    expect(Object.keys(files)).toHaveLength(17)
    expect(await readFile(join(folder, 'out/nvidia/cublas/lib/libcublas.so.12'), 'utf8')).toBe('cublas')
    expect(await readFile(join(folder, 'in/tensorflow/libtensorflow_cc.so.2'), 'utf8')).toContain('library')
  })
})
