import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** Folders and file systems of a session; all go with `remove`. */
export class Places {
  #root = mkdtempSync(join(tmpdir(), 'tint-reliability-'))
  #mounts = []
  #count = 0

  /** A path in a new folder. @param {string} name */
  fresh(name) {
    const folder = join(this.#root, String(this.#count++))
    mkdirSync(folder)
    return join(folder, name)
  }

  /** Whether file systems can be mounted: only by root, on Linux. */
  get canMount() {
    return process.platform === 'linux' && process.getuid?.() === 0
  }

  /** A disk of its own. @param {string} size such as `2m` */
  disk(size) {
    const folder = join(this.#root, String(this.#count++))
    mkdirSync(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
    this.#mounts.push(folder)
    return {
      folder,
      makeReadOnly: () => execFileSync('mount', ['-o', 'remount,ro', folder]),
      resize: (to) => execFileSync('mount', ['-o', `remount,size=${to}`, folder]),
      /** Fills it up to so many free bytes. @returns what frees it again */
      fill: (free) => fill(folder, free),
    }
  }

  remove() {
    for (const mount of this.#mounts.reverse()) execFileSync('umount', ['-l', mount])
    rmSync(this.#root, { recursive: true, force: true })
  }
}

function fill(folder, free) {
  const path = join(folder, 'filler')
  const [, line] = execFileSync('df', ['--output=avail', '-B1', folder]).toString().trim().split('\n')
  writeFileSync(path, Buffer.alloc(Math.max(0, Number(line) - free)))
  return () => rmSync(path)
}

/** All files of a folder with their bytes; what is in its way is named by path. @param {string} folder */
export function contentsOf(folder) {
  const files = new Map()
  const visit = (at) => {
    for (const name of readdirSync(at)) {
      const path = join(at, name)
      if (statSync(path).isDirectory()) visit(path)
      else files.set(relative(folder, path), readFileSync(path))
    }
  }
  visit(folder)
  return files
}

/** The first file in which two folders differ, or undefined. @param {string} folder @param {string} reference */
export function firstDifference(folder, reference) {
  const [found, expected] = [contentsOf(folder), contentsOf(reference)]
  for (const [name, bytes] of expected) {
    if (!found.get(name)?.equals(bytes)) return `${name} ${found.has(name) ? 'differs' : 'is missing'}`
  }
  const more = [...found.keys()].find((name) => !expected.has(name))
  return more && `${more} is left over`
}
