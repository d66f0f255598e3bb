import { CheckpointError } from '../errors'
import { type ByteSource, readExactly } from '../safetensors/byte-source'
import { shown } from '../safetensors/json-text'

/** A range of a file: bytes from `start` up to but not including `end`. */
export interface ByteSpan {
  readonly start: number
  readonly end: number
}

/** The most that is read of a zip archive's directory, in bytes. */
const longestDirectory = 32 * 2 ** 20

/** The most files of one archive: one for each storage. The largest shards have some thousands. */
const mostFiles = 16_384

/** Bytes of a local header before its name; the lengths of the name and the extra field are its last two numbers. */
const localHeaderLength = 30
const localHeaderSignature = 0x04034b50

/** A zip archive whose files are stored as they are, so that ranges of them are ranges of the archive. */
export interface ZipArchive {
  /** Names of the files, in the order of the directory. */
  readonly names: readonly string[]
  /**
   * Where a file's bytes are.
   *
   * @throws CheckpointError when there is no such file, or it is encrypted, compressed or outside the archive
   */
  locate(name: string): Promise<ByteSpan>
}

/**
 * Reads the directory of a zip archive. Nothing is unpacked: a checkpoint stores its files uncompressed, and an
 * archive that does not is refused, so that no entry can take more memory than the archive has bytes.
 *
 * @throws CheckpointError when the file is no zip archive or its directory is damaged or too large
 */
export async function openZipArchive(source: ByteSource): Promise<ZipArchive> {
  const entries = await readDirectory(source)
  return { names: [...entries.keys()], locate: (name) => locate(source, name, entries.get(name)) }
}

/** What the directory says about a file. */
interface DirectoryEntry {
  readonly offset: number
  readonly encrypted: boolean
  readonly compressionMethod: number
  readonly compressedSize: number
  readonly uncompressedSize: number
}

async function readDirectory(source: ByteSource): Promise<Map<string, DirectoryEntry>> {
  // Loaded here, so that nobody has it who reads no such file.
  const { Reader, ZipReader } = await import('@zip.js/zip.js')
  class SourceReader extends Reader<undefined> {
    override size = source.size
    override async init() {}
    override async readUint8Array(index: number, length: number) {
      const end = Math.min(index + length, source.size)
      if (end - index > longestDirectory) {
        throw damaged(source, `its directory has more than ${longestDirectory} bytes`)
      }
      return readExactly(source, index, end)
    }
  }
  const reader = new ZipReader(new SourceReader(undefined), { strictness: 'balanced' })
  const entries = new Map<string, DirectoryEntry>()
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entries.has(entry.filename)) throw damaged(source, `it has ${shown(entry.filename)} twice`)
      if (entries.size === mostFiles) throw damaged(source, `it has more than ${mostFiles} files`)
      // Not the entry itself, which holds much more.
      const { offset, encrypted, compressionMethod, compressedSize, uncompressedSize } = entry
      entries.set(entry.filename, { offset, encrypted, compressionMethod, compressedSize, uncompressedSize })
    }
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    throw damaged(source, error instanceof Error ? error.message : String(error), error)
  }
  return entries
}

async function locate(
  source: ByteSource,
  name: string,
  entry: DirectoryEntry | undefined,
): Promise<ByteSpan> {
  const where = shown(name)
  if (entry === undefined) throw damaged(source, `there is no ${where} in it`)
  if (entry.encrypted || entry.compressionMethod !== 0 || entry.compressedSize !== entry.uncompressedSize) {
    throw new CheckpointError(
      `${source.name}: ${where} is ${entry.encrypted ? 'encrypted' : 'compressed'} in the zip archive, ` +
        'expected it stored as torch.save does; save the checkpoint again with torch.save',
    )
  }
  const header = await readExactly(source, entry.offset, entry.offset + localHeaderLength)
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (view.getUint32(0, true) !== localHeaderSignature) {
    throw damaged(source, `${where} does not start where the directory says`)
  }
  // The extra field here is not the directory's: PyTorch pads it so that data starts at a multiple of 64 bytes.
  const start = entry.offset + localHeaderLength + view.getUint16(26, true) + view.getUint16(28, true)
  const end = start + entry.uncompressedSize
  if (!Number.isSafeInteger(end) || end > source.size) {
    throw damaged(source, `${where} ends at byte ${end}, but the file has ${source.size} bytes`)
  }
  return { start, end }
}

function damaged(source: ByteSource, problem: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    `${source.name}: the zip archive is damaged (${problem}); the file was cut off or is not a checkpoint of ` +
      'torch.save: get it again',
    { cause },
  )
}
