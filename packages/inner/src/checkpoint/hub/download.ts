import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CheckpointError } from '@tintjs/tensor'
import { cacheWriteError, sizeOf } from './cache'
import { type HubBody, type HubFile, reasonOf } from './client'

/** How often a content is fetched before its checksum is believed to be wrong at the hub. */
const attempts = 2

/** Milliseconds between looks whether another process has finished fetching the same content. */
const lockInterval = 200

/** One content to fetch. */
export interface Download {
  readonly file: HubFile
  /** Where the content goes once it is complete and right. */
  readonly blob: string
  /** What messages call the place it comes from, and the cache. */
  readonly origin: string
  readonly cacheFolder: string
  readonly open: (start: number) => Promise<HubBody>
  /** Told how many of the file's bytes are there. */
  readonly onLoaded: (bytes: number) => void
  readonly signal: AbortSignal | undefined
}

/**
 * Fetches a content into the cache. Bytes are collected in `<blob>.incomplete`, which stays when anything fails and
 * is gone on with the next time, by a range request; only when all have come and their hash is right it gets its
 * name, so that the cache never holds a damaged content. A second process that wants the same waits for the first.
 *
 * @throws CheckpointError when the connection breaks, the disk refuses, or the content is wrong twice
 */
export async function fetchBlob(download: Download): Promise<void> {
  const partial = `${download.blob}.incomplete`
  const release = await lock(partial, download)
  try {
    // Perhaps the process that held the lock has fetched it.
    if ((await sizeOf(download.blob)) === download.file.size) return
    for (let attempt = 0; attempt < attempts; attempt++) {
      await receive(partial, download)
      if ((await hashOf(partial, download.file)) === download.file.digest) {
        await writing(download, () => rename(partial, download.blob))
        return
      }
      await writing(download, () => rm(partial, { force: true }))
      download.onLoaded(0)
    }
  } finally {
    await release()
  }
  throw new CheckpointError(
    `${download.file.path} of ${download.origin} came with a wrong checksum ${attempts} times and was thrown away; ` +
      'try again later, or through another network.',
  )
}

async function lock(partial: string, download: Download): Promise<() => Promise<void>> {
  const { signal } = download
  await writing(download, () => mkdir(dirname(partial), { recursive: true }))
  const { lock: acquire } = (await import('proper-lockfile')).default
  for (;;) {
    signal?.throwIfAborted()
    try {
      // A lock that is taken away is no harm: the checksum is that of the bytes on the disk.
      const release = await acquire(partial, { realpath: false, onCompromised: () => {} })
      return () => release().catch(() => {})
    } catch (error) {
      const held = error instanceof Error && 'code' in error && error.code === 'ELOCKED'
      if (!held) throw cacheWriteError(download.cacheFolder, error)
      await wait(lockInterval, undefined, signal && { signal }).catch(() => signal?.throwIfAborted())
    }
  }
}

/** Adds to the partial file until it is as long as it has to be. */
async function receive(partial: string, download: Download): Promise<void> {
  const { file } = download
  const there = (await sizeOf(partial)) ?? 0
  if (there === file.size && there > 0) return
  const { start, stream } = await download.open(there < file.size ? there : 0)
  const handle = await writing(download, () => open(partial, start > 0 ? 'r+' : 'w'))
  try {
    await writeStream(stream, handle, start, download)
  } finally {
    await handle.close()
  }
}

async function writeStream(
  stream: ReadableStream<Uint8Array>,
  handle: FileHandle,
  start: number,
  download: Download,
): Promise<void> {
  const { file, onLoaded } = download
  const reader = stream.getReader()
  let position = start
  try {
    onLoaded(position)
    // One byte too many is enough to know that the content is wrong.
    while (position <= file.size) {
      const { done, value } = await readNext(reader, position, download)
      if (done) break
      await writing(download, () => writeFully(handle, value, position))
      position += value.byteLength
      onLoaded(Math.min(position, file.size))
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
  if (position < file.size) throw broken(position, download, 'it ended early')
}

async function readNext(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  position: number,
  download: Download,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read()
  } catch (error) {
    download.signal?.throwIfAborted()
    throw broken(position, download, reasonOf(error), error)
  }
}

function broken(
  position: number,
  { file, origin }: Download,
  reason: string,
  cause?: unknown,
): CheckpointError {
  return new CheckpointError(
    `The connection broke while ${file.path} of ${origin} was fetched (${reason}, after ${position} of ${file.size} ` +
      'bytes); what has come is kept: run it again, which goes on from there.',
    { cause },
  )
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0
  while (written < bytes.byteLength) {
    const { bytesWritten } = await handle.write(
      bytes,
      written,
      bytes.byteLength - written,
      position + written,
    )
    written += bytesWritten
  }
}

async function writing<Result>(download: Download, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step()
  } catch (error) {
    throw cacheWriteError(download.cacheFolder, error)
  }
}

/** The hash of the bytes on the disk, so that also those of earlier calls are checked. */
async function hashOf(path: string, { algorithm, size }: HubFile): Promise<string> {
  const hash = createHash(algorithm === 'sha256' ? 'sha256' : 'sha1')
  if (algorithm === 'git') hash.update(`blob ${size}\0`)
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
