import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FolderContent, FolderEntry } from './hostile-case'

/** The folder to be read in a case's place. */
export const folderIn = (place: string) => join(place, 'checkpoint')

/**
 * Writes what a case holds.
 *
 * @param place a folder that is the case's own
 * @returns the folder in it that is to be read; what the case has beside it is there too
 */
export function writeContent(place: string, content: FolderContent): string {
  const folder = folderIn(place)
  mkdirSync(folder, { recursive: true })
  for (const [name, entry] of Object.entries(content)) writeEntry(join(folder, name), entry)
  return folder
}

function writeEntry(path: string, entry: FolderEntry): void {
  mkdirSync(dirname(path), { recursive: true })
  if (typeof entry === 'string' || entry instanceof Uint8Array) writeFileSync(path, entry)
  else if ('link' in entry) symlinkSync(entry.link, path)
  else if ('folder' in entry) mkdirSync(path)
  else if ('pipe' in entry) execFileSync('mkfifo', [path])
  else {
    writeFileSync(path, entry.start)
    truncateSync(path, entry.sparse)
  }
}
