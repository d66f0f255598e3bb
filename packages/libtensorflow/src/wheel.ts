import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { destinationOf, requiredNames } from './contents.js'
import { InstallError, messageOf } from './errors.js'
import type { FileTable } from './files.js'
import type { Target } from './platform.js'
import type { Reporter } from './report.js'

/** More than any file here; what claims to be larger is an attack or damage. */
const LARGEST_FILE = 4e9

/**
 * Takes the wanted files out of a wheel, streaming. What the wheel lacks is no error here: see {@link checkComplete}.
 * @throws {InstallError} `bad-source` when it is no whole zip file
 */
export async function extractWheel(
  wheel: string,
  target: Target,
  folder: string,
  reporter: Reporter,
): Promise<FileTable> {
  try {
    return await extract(wheel, target, folder, reporter)
  } catch (error) {
    if (error instanceof InstallError) throw error
    throw new InstallError('bad-source', `Cannot unpack ${wheel}: ${messageOf(error)}`, { cause: error })
  }
}

async function extract(
  wheel: string,
  target: Target,
  folder: string,
  reporter: Reporter,
): Promise<FileTable> {
  const zip = await yauzl.openPromise(wheel, { lazyEntries: true, autoClose: false, strictFileNames: true })
  try {
    const wanted = new Map<string, yauzl.Entry>()
    for await (const entry of zip.eachEntry()) {
      const destination = destinationOf(target, entry.fileName)
      if (destination === null) continue
      if (wanted.has(destination)) throw new Error(`it holds ${entry.fileName} twice`)
      if (entry.uncompressedSize > LARGEST_FILE) throw new Error(`${entry.fileName} is too large`)
      wanted.set(destination, entry)
    }
    const total = [...wanted.values()].reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)
    const files: FileTable = {}
    let done = 0
    for (const [destination, entry] of wanted) {
      const content = await zip.openReadStreamPromise(entry)
      files[destination] = await store(content, join(folder, destination), (count) => {
        done += count
        reporter.progress('Unpacking', done, total)
      })
    }
    return files
  } finally {
    zip.close()
  }
}

/**
 * Takes the wanted files out of a folder where a wheel was unpacked or installed (`site-packages`).
 * @throws {Error} of the file system
 */
export async function copyUnpacked(source: string, target: Target, folder: string): Promise<FileTable> {
  const files: FileTable = {}
  for (const [name, destination] of await unpackedNames(source, target)) {
    files[destination] = await store(createReadStream(join(source, name)), join(folder, destination))
  }
  return files
}

/** The wanted files of an unpacked folder: name there, name in the cache. */
export async function unpackedNames(source: string, target: Target): Promise<Map<string, string>> {
  const names = requiredNames(target)
  if (!target.gpu) return names
  const below = await readdir(join(source, 'nvidia'), { recursive: true }).catch(() => [])
  for (const name of below.map((path) => `nvidia/${path}`)) {
    if (destinationOf(target, name) !== null) names.set(name, name)
  }
  return names
}

/** @throws {InstallError} `bad-source` naming what is missing */
export function checkComplete(files: FileTable, target: Target, source: string): void {
  const missing = [...requiredNames(target)].find(([, destination]) => files[destination] === undefined)
  if (missing === undefined) return
  throw new InstallError(
    'bad-source',
    `${source} lacks ${missing[0]}; it must be TensorFlow for ${target.name.replace(/-[a-z]+$/, '')}.`,
  )
}

async function store(content: Readable, path: string, onBytes: (count: number) => void = () => {}) {
  await mkdir(dirname(path), { recursive: true })
  const hash = createHash('sha256')
  let bytes = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk)
      bytes += chunk.length
      onBytes(chunk.length)
      next(null, chunk)
    },
  })
  await pipeline(content, meter, createWriteStream(path, { flags: 'wx' }))
  return { bytes, sha256: hash.digest('hex') }
}
