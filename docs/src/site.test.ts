import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtFiles, builtPages, builtSite, linkedPlace } from './built-site'
import { groups, repository } from './pages'
import { referenceEntries, repositoryUrl } from './repository.mjs'

if (!existsSync(builtSite)) throw new Error('The site is not built; run pnpm docs:build first.')

const files = new Set(builtFiles())
const pages = builtPages()
const anchors = new Map(
  pages.map(({ file, document }) => [file, document.querySelectorAll('[id]').map(({ id }) => id)]),
)

describe('the list of pages', () => {
  const listed = groups.flatMap(({ pages }) => pages.map(({ file }) => file))

  it('has every document of docs, and nothing else', () => {
    const documents = readdirSync(join(repository, 'docs'))
      .filter((name) => name.endsWith('.md') && name !== 'index.md')
      .map((name) => `docs/${name}`)
    expect(listed.filter((file) => file.startsWith('docs/')).sort()).toEqual(documents.sort())
  })

  it('names files that exist, each once', () => {
    expect(listed.filter((file) => !existsSync(join(repository, file)))).toEqual([])
    expect(new Set(listed).size).toBe(listed.length)
  })

  it('is in the sidebar of every page', () => {
    const count = listed.length + referenceEntries.length + 1
    const sidebars = pages.filter(({ file }) => !['index.html', '404.html'].includes(file))
    const short = sidebars.filter(
      ({ document }) => document.querySelectorAll('.VPSidebar a[href]').length !== count,
    )
    expect(short.map(({ file }) => file)).toEqual([])
  })
})

describe.each(pages.filter(({ file }) => file !== '404.html'))('$file', (page) => {
  const { document, file } = page

  it('links to pages and headings that exist', () => {
    const broken = document
      .querySelectorAll('a[href]')
      .map((link) => link.getAttribute('href') ?? '')
      .filter((target) => {
        const place = linkedPlace(page, target)
        if (place === undefined) return !leadsIntoRepository(target)
        return (
          !files.has(place.file) || (place.anchor !== '' && !anchors.get(place.file)?.includes(place.anchor))
        )
      })
    expect([...new Set(broken)]).toEqual([])
  })

  it('has each anchor once', () => {
    const ids = anchors.get(file) ?? []
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  it('shows pictures that exist and are described', () => {
    const wrong = document.querySelectorAll('img').filter((image) => {
      const place = linkedPlace(page, image.getAttribute('src') ?? '')
      return place === undefined || !files.has(place.file) || !image.getAttribute('alt')
    })
    expect(wrong.map(String)).toEqual([])
  })

  it('asks no other host for anything', () => {
    const asked = document
      .querySelectorAll('script[src], link[href], img[src], iframe[src], source[src]')
      .map((element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '')
    const elsewhere = asked.filter(
      (target) => !target.startsWith('data:') && linkedPlace(page, target) === undefined,
    )
    expect(elsewhere).toEqual([])
  })
})

it('styles ask no other host for anything', () => {
  const styles = [...files].filter((file) => file.endsWith('.css'))
  const asked = styles.flatMap((file) => {
    const text = readFileSync(join(builtSite, file), 'utf8')
    return [...text.matchAll(/(?:url\(|@import)\s*["']?((?:https?:)?\/\/[^"')\s]+)/g)].map(([, url]) => url)
  })
  expect(styles).not.toEqual([])
  expect(asked).toEqual([])
})

/** Whether a link to the repository names a file or folder that is there; links to other places are not looked at. */
function leadsIntoRepository(target: string): boolean {
  const [, path] = target.match(/^(.*?)\/(?:blob|tree)\/main\/([^#]+)/)?.slice(1) ?? []
  if (path === undefined || !target.startsWith(repositoryUrl)) return true
  return existsSync(join(repository, decodeURI(path)))
}
