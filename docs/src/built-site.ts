import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { type HTMLElement, parse } from 'node-html-parser'
import { repository } from './pages'

/** Where `pnpm docs:build` writes the site. */
export const builtSite = join(repository, 'docs/.vitepress/dist')

/** A page of the built site. */
export interface BuiltPage {
  /** Its file in the site's folder, with `/`. */
  readonly file: string
  readonly document: HTMLElement
}

/** The files of the built site, relative to it, with `/`. */
export function builtFiles(): string[] {
  return readdirSync(builtSite, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(builtSite, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}

/** The pages of the built site. */
export function builtPages(): BuiltPage[] {
  return builtFiles()
    .filter((file) => file.endsWith('.html'))
    .map((file) => ({ file, document: parse(readFileSync(join(builtSite, file), 'utf8')) }))
}

/**
 * Where a link of a page leads, as a file of the site and an anchor in it.
 *
 * @returns undefined for a link to another host
 */
export function linkedPlace(page: BuiltPage, target: string): { file: string; anchor: string } | undefined {
  if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return undefined
  const [path = '', anchor = ''] = decodeURI(target).split('#')
  if (path === '') return { file: page.file, anchor }
  const absolute = posix.join('/', posix.dirname(page.file), path).slice(1)
  const file = (path.startsWith('/') ? path.slice(1) : absolute).replace(/(^|\/)$/, '$1index')
  return { file: /\.\w+$/.test(file) ? file : `${file}.html`, anchor }
}
