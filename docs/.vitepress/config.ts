import { createRequire } from 'node:module'
import { join } from 'node:path'
import { slug } from 'github-slugger'
import { type DefaultTheme, defineConfig, type Plugin } from 'vitepress'
import { renderFormulas } from '../src/formulas'
import { home } from '../src/home'
import { rewriteLinks } from '../src/links'
import { groups, repository, sitePage } from '../src/pages'
import { referenceEntries, repositoryUrl } from '../src/repository.mjs'

const page = (file: string) => `/${sitePage(file)?.replace(/\.md$/, '')}`

/** A small square in a larger one. */
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#0072b2"/><rect x="5" y="5" width="6" height="6" rx="1.5" fill="#ffd166"/></svg>',
)}`

const vitepress = createRequire(import.meta.url).resolve('vitepress/package.json')

/** Pages become Vue components, but have no Vue near them: they get VitePress' own. */
const vueForAllPages: Plugin = {
  name: 'vue-for-all-pages',
  enforce: 'pre',
  resolveId(source, importer, options) {
    if (!/^vue(\/|$)/.test(source) || importer?.endsWith('.md') !== true) return null
    return this.resolve(source, vitepress, { ...options, skipSelf: true })
  },
}

export default defineConfig({
  title: 'TinT',
  description: 'Language models that learn from their context in one forward pass, in TypeScript',
  lang: 'en',
  head: [['link', { rel: 'icon', href: icon }]],
  // READMEs of packages are pages too, so that what they say is said once.
  srcDir: repository,
  srcExclude: ['**/CHANGELOG.md', 'tooling/**', '.*/**', 'apps/*/models/**', 'apps/*/demo/**', 'README.md'],
  outDir: join(repository, 'docs/.vitepress/dist'),
  cacheDir: join(repository, 'docs/.vitepress/cache'),
  rewrites: (file) => sitePage(file) ?? file,
  cleanUrls: true,
  transformPageData: ({ relativePath, frontmatter }) =>
    relativePath === 'index.md' ? { frontmatter: { ...frontmatter, ...home } } : {},
  markdown: {
    anchor: { slugify: slug },
    toc: { slugify: slug },
    config: (markdown) => {
      renderFormulas(markdown)
      rewriteLinks(markdown)
    },
  },
  vite: { plugins: [vueForAllPages], build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: page('docs/first-quarter-hour.md') },
      { text: 'The step', link: page('docs/step.md') },
      { text: 'The construction', link: page('docs/construction.md') },
      { text: 'Reference', link: '/reference/' },
      { text: 'Code', link: repositoryUrl },
    ],
    sidebar: [...groups.map(({ title, pages }) => sidebarGroup(title, pages)), reference()],
  },
})

function sidebarGroup(
  text: string,
  pages: readonly { file: string; title: string }[],
): DefaultTheme.SidebarItem {
  return { text, items: pages.map(({ file, title }) => ({ text: title, link: page(file) })) }
}

/** What `reference.mjs` writes before the site is built: a page for each entry of each package. */
function reference(): DefaultTheme.SidebarItem {
  const items = referenceEntries.map(({ name, page }) => ({ text: name, link: `/reference/${page}` }))
  return { text: 'Reference', link: '/reference/', collapsed: true, items }
}
