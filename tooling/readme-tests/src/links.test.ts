import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { headingAnchors, linkTargets } from './markdown.mjs'
import { documents, repository } from './repository'

const all = documents()

describe.each(all)('$path', ({ path, text }) => {
  it('links to files and headings that exist', () => {
    const broken = linkTargets(text).filter((target) => !leadsSomewhere(path, text, target))
    expect(broken).toEqual([])
  })
})

/** Whether a link within the repository has a file and a heading at its end. Other links are not looked at. */
function leadsSomewhere(from: string, text: string, target: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return true
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : relative(repository, join(repository, dirname(from), decodeURI(path)))
  if (file.startsWith('..') || !existsSync(join(repository, file))) return false
  if (anchor === undefined || !file.endsWith('.md')) return true
  const linked = file === from ? text : all.find((document) => document.path === file)?.text
  return headingAnchors(linked ?? '').includes(anchor)
}
