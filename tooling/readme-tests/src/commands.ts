import { codeBlocks } from './markdown.mjs'
import type { Document } from './repository'

/** A command line that a document shows. */
export interface ShownCommand {
  /** The document, e.g. `README.md`. */
  readonly path: string
  /** The words of the line, the program first. */
  readonly words: readonly string[]
}

/**
 * The command lines of a document's `sh` blocks, one a line; lines that end in a backslash go on. Comments and prompts
 * are left out, and so is what another program makes of the output.
 */
export function shownCommands({ path, text }: Document): ShownCommand[] {
  return codeBlocks(text)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.replaceAll(/\\\n/g, ' ').split('\n'))
    .map((line) => line.replace(/(^|\s)#.*$/, '').replace(/^\s*\$\s/, ''))
    .map((line) => line.split(/\s(?:[|>]|&&)/)[0] ?? '')
    .map((line) => line.split(/\s+/).filter((word) => word !== ''))
    .filter((words) => words.length > 0)
    .map((words) => ({ path, words: withoutLauncher(words) }))
}

/** `npx tint`, `node apps/runner/dist/tint.js` and `npm start --` all run `tint`. */
function withoutLauncher(words: readonly string[]): string[] {
  const line = words.join(' ')
  return line
    .replace(/^npx (--yes )?/, '')
    .replace(/^node apps\/runner\/dist\/tint\.js\b/, 'tint')
    .replace(/^npm start --(?= )/, 'tint')
    .split(' ')
}

/** The long options of a command line, without their values. */
export function longOptions(words: readonly string[]): string[] {
  return words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split('=')[0] ?? '')
}
