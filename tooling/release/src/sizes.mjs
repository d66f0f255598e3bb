/** How large packages are, and how large they may be. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { codeFiles } from './entries.mjs'

/** The limits, with the sizes of the day on which they were written; `node tooling/release/size-limits.mjs` writes them. */
export const limitsFile = 'tooling/release/size-limits.json'

/**
 * Bytes of a package.
 *
 * @typedef {object} Sizes
 * @property {number} tarball what is downloaded
 * @property {number} entries its own code as a bundler would ship it: all entries together, minified and gzipped,
 *   without its dependencies; 0 for a package that has no code to import
 */

/** What is measured, in words. */
export const measures = { tarball: 'tarball', entries: 'minified and gzipped code' }

/**
 * Measures a packed package.
 *
 * @param {import('./packages.mjs').PackedPackage} packed
 * @returns {Promise<Sizes>}
 */
export async function measureSizes({ tarball, contents, manifest }) {
  return { tarball: (await stat(tarball)).size, entries: await codeSize(contents, codeFiles(manifest)) }
}

async function codeSize(contents, files) {
  if (files.length === 0) return 0
  const { outputFiles } = await build({
    entryPoints: files.map((file) => join(contents, file)),
    outdir: join(contents, 'bundled'),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    write: false,
    logLevel: 'silent',
  })
  return outputFiles.reduce((sum, { contents: code }) => sum + gzipSync(code).length, 0)
}

/**
 * Reads the limits.
 *
 * @returns {Promise<Record<string, Record<keyof Sizes, { today: number, limit: number }>>>} by package
 */
export async function readLimits(root) {
  return JSON.parse(await readFile(join(root, limitsFile), 'utf8'))
}

/** A limit for a size: a fifth more, in whole thousands of bytes. */
export function limitFor(size) {
  return Math.ceil((size * 1.2) / 1000) * 1000
}
