/** What a package's README tells its reader to do. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeBlocks } from '@tooling/readme-tests/markdown'

/**
 * What is installed by the `npm install` lines of a README, in code blocks and in running text.
 *
 * @param {string} text
 * @returns {Record<string, string>} names with versions; `*` where none is named
 */
export function installedBy(text) {
  const blocks = codeBlocks(text)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
  const inText = [...text.matchAll(/\(`(npm install [^`]+)`\)/g)].map(([, command]) => command)
  return Object.fromEntries(
    [...blocks, ...inText]
      .filter((line) => /^npm install /.test(line))
      .flatMap((line) => line.split(/\s+/).slice(2))
      .filter((word) => !word.startsWith('-'))
      .map((word) => /^(@?[^@]+)(?:@(.+))?$/.exec(word))
      .map(([, name, version = '*']) => [name, version]),
  )
}

/** The README of a packed package with its examples. */
export async function readReadme({ contents }) {
  const text = await readFile(join(contents, 'README.md'), 'utf8')
  const examples = codeBlocks(text)
    .filter(({ language }) => language === 'ts' || language === 'js')
    .map(({ code, line, flags }) => ({ code, line, runs: !flags.includes('no-run') }))
  return { dependencies: installedBy(text), examples }
}
