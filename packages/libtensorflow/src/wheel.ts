import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import yauzl from 'yauzl'
import { destinationOf, requiredNames } from './contents.js'
import { InstallError, messageOf } from './errors.js'
import { type FileTable, sizeOfFile } from './files.js'
import type { Target } from './platform.js'
import type { Reporter } from './report.js'
import { requireSpace } from './space.js'

/** More than any file here; what claims to be larger is an attack or damage. */
const LARGEST_FILE = 4e9

/** More than all files of a wheel here together. */
const LARGEST_WHEEL = 8e9

/** The zip format's numbers for the two ways a wheel keeps its files. */
const STORED = 0
const DEFLATED = 8

/** A source and what its bytes run through. */
type Stages = [Readable, ...Transform[]]

/**
 * Takes the wanted files out of a wheel, streaming. What the wheel lacks is no error here: see {@link checkComplete}.
 * @throws {InstallError} `bad-source` when it is no whole zip file, `disk-full`; else errors of the file system
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
    // Zip and zlib errors only: a full disk is no fault of the wheel.
    if (error instanceof InstallError || (error instanceof Error && 'syscall' in error)) throw error
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
    const wanted = await wantedEntries(zip, target)
    const total = [...wanted.values()].reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)
    if (total > LARGEST_WHEEL) throw new Error('what it holds is too large')
    await requireSpace(folder, total)
    const files: FileTable = {}
    let done = 0
    for (const [destination, entry] of wanted) {
      files[destination] = await store(await contentOf(zip, entry), join(folder, destination), (count) => {
        done += count
        reporter.progress('Unpacking', done, total)
      })
    }
    return files
  } finally {
    zip.close()
  }
}

/** The entries to take, by where they go. Reads the zip file's directory only. */
async function wantedEntries(zip: yauzl.ZipFile, target: Target): Promise<Map<string, yauzl.Entry>> {
  const wanted = new Map<string, yauzl.Entry>()
  for await (const entry of zip.eachEntry()) {
    const destination = destinationOf(target, entry.fileName)
    if (destination === null) continue
    if (wanted.has(destination)) throw new Error(`it holds ${entry.fileName} twice`)
    if (entry.uncompressedSize > LARGEST_FILE) throw new Error(`${entry.fileName} is too large`)
    wanted.set(destination, entry)
  }
  return wanted
}

/**
 * The stages that give an entry's content. The inflating is done here and not by the zip library, whose streams end
 * the process on damaged content instead of failing the pipeline.
 */
async function contentOf(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Stages> {
  const { fileName, uncompressedSize, compressionMethod } = entry
  if (entry.isEncrypted()) throw new Error(`${fileName} is encrypted`)
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw new Error(`${fileName} is compressed in an unknown way (${compressionMethod})`)
  }
  let bytes = 0
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length
      next(bytes > uncompressedSize ? new Error(`${fileName} is larger than it says`) : null, chunk)
    },
    flush: (next) => next(bytes < uncompressedSize ? new Error(`${fileName} is smaller than it says`) : null),
  })
  const raw = await zip.openReadStreamPromise(entry, { decodeFileData: false })
  return compressionMethod === STORED ? [raw, guard] : [raw, createInflateRaw(), guard]
}

/**
 * Takes the wanted files out of a folder where a wheel was unpacked or installed (`site-packages`).
 * @throws {InstallError} `disk-full`; else errors of the file system
 */
export async function copyUnpacked(source: string, target: Target, folder: string): Promise<FileTable> {
  const files: FileTable = {}
  const names = await unpackedNames(source, target)
  const sizes = await Promise.all([...names.keys()].map((name) => sizeOfFile(join(source, name))))
  const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  await requireSpace(folder, total)
  for (const [name, destination] of names) {
    files[destination] = await store([createReadStream(join(source, name))], join(folder, destination))
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

async function store(
  [content, ...stages]: Stages,
  path: string,
  onBytes: (count: number) => void = () => {},
) {
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
  await pipeline([content, ...stages, meter, createWriteStream(path, { flags: 'wx', mode: 0o644 })])
  return { bytes, sha256: hash.digest('hex') }
}
