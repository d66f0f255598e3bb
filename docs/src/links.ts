import { statSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { repository, sitePage } from './pages'
import { repositoryUrl } from './repository.mjs'

type Token = ReturnType<MarkdownRenderer['parse']>[number]

/**
 * Makes links of the site of the links between files of the repository. Documents link to each other as files, so that
 * GitHub can follow; here a file that is a page of the site becomes that page, and any other the repository's address.
 */
export function rewriteLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('site-links', ({ tokens, env }) => {
    // Where the file really is: `path` is where its page will be.
    const from: string | undefined = env.realPath ?? env.path
    if (from !== undefined) rewriteTokens(tokens, from)
  })
}

function rewriteTokens(tokens: readonly Token[], from: string): void {
  for (const token of tokens) {
    const href = token.type === 'link_open' ? token.attrGet('href') : null
    if (href !== null) token.attrSet('href', siteLink(from, href))
    rewriteTokens(token.children ?? [], from)
  }
}

/**
 * Where a link of a Markdown file leads on the site.
 *
 * @param from the absolute path of the file with the link
 * @param target as written there
 */
function siteLink(from: string, target: string): string {
  if (/^([a-z][a-z0-9+.-]*:|#)/i.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const hash = anchor === undefined ? '' : `#${anchor}`
  const source = relative(repository, from).replaceAll(sep, '/')
  const file = posix.join(posix.dirname(source), decodeURI(path)).replace(/\/$/, '')
  const page = sitePage(file) ?? sitePage(`${file}/README.md`)
  if (page !== undefined) return `/${page}${hash}`
  const isFolder = statSync(join(repository, file), { throwIfNoEntry: false })?.isDirectory() ?? false
  return `${repositoryUrl}/${isFolder ? 'tree' : 'blob'}/main/${encodeURI(file)}${hash}`
}
