import { posix, relative, sep } from 'node:path'
import { repository, sitePage } from './pages'
import { repositoryUrl } from './repository.mjs'

/**
 * Where a link of a Markdown file leads on the site. Documents link to each other as files of the repository, so that
 * GitHub can follow; here a file that is a page of the site becomes that page, and any other the repository's address.
 *
 * @param from the absolute path of the file with the link
 * @param target as written there
 * @param isFolder whether a path of the repository is a folder, which has a README or a listing on GitHub
 */
export function siteLink(from: string, target: string, isFolder: (path: string) => boolean): string {
  if (/^([a-z][a-z0-9+.-]*:|#)/i.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const hash = anchor === undefined ? '' : `#${anchor}`
  const source = relative(repository, from).replaceAll(sep, '/')
  const file = posix.join(posix.dirname(source), decodeURI(path)).replace(/\/$/, '')
  const page = sitePage(file) ?? sitePage(`${file}/README.md`)
  if (page !== undefined) return `/${page}${hash}`
  return `${repositoryUrl}/${isFolder(file) ? 'tree' : 'blob'}/main/${encodeURI(file)}${hash}`
}
