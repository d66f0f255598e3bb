import { createHash } from 'node:crypto'
import { byteSourceOf, type CheckpointFile, type CheckpointSource } from '@tintjs/inner'
import { CheckpointError } from '@tintjs/tensor'
import { type Manifest, type SavedFile, savedFiles } from './manifest'

/** Bytes read at a time. */
const pieceBytes = 8 * 2 ** 20

/**
 * Checks that the files of a saved simulator are those that its manifest names: first all sizes, then all contents. Reads
 * piece by piece, so that no file is ever in memory.
 *
 * @param afterPiece called with the bytes of each piece; may throw to stop
 * @throws CheckpointError naming the file that is missing, or of another size or content
 */
export async function verifyFiles(
  source: CheckpointSource,
  { files }: Manifest,
  afterPiece: (bytes: number) => void,
): Promise<void> {
  const listed = new Map((await source.list()).map((file) => [file.path, file]))
  const named = Object.entries(files).flatMap(([path, saved]) =>
    saved === undefined ? [] : [{ path, saved }],
  )
  for (const { path, saved } of named) checkSize(source, listed.get(path), path, saved)
  for (const { path, saved } of named) {
    if ((await hashFile(source, { path, size: saved.bytes }, afterPiece)) === saved.sha256) continue
    throw new CheckpointError(
      `${path} in ${source.name} has another SHA-256 than ${savedFiles.manifest} says; it is damaged, or of another simulator. Get the folder again, or construct the simulator again.`,
    )
  }
}

function checkSize(
  source: CheckpointSource,
  file: CheckpointFile | undefined,
  path: string,
  { bytes }: SavedFile,
): void {
  if (file?.size === bytes) return
  const found =
    file === undefined
      ? `There is no ${path} in ${source.name}`
      : `${path} in ${source.name} has ${file.size} bytes`
  throw new CheckpointError(
    `${found}; expected ${file === undefined ? 'it' : 'one'} with ${bytes} bytes, as ${savedFiles.manifest} says. Get the folder again, or construct the simulator again.`,
  )
}

async function hashFile(
  source: CheckpointSource,
  file: CheckpointFile,
  afterPiece: (bytes: number) => void,
): Promise<string> {
  const bytes = byteSourceOf(source, file)
  const hash = createHash('sha256')
  for (let start = 0; start < file.size; start += pieceBytes) {
    const piece = await bytes.read(start, Math.min(start + pieceBytes, file.size))
    hash.update(piece)
    afterPiece(piece.byteLength)
  }
  return hash.digest('hex')
}
