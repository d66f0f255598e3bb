import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** A page in the sidebar: its file in the repository, and what the sidebar calls it. */
export interface ListedPage {
  readonly file: string
  readonly title: string
}

const inDocs = (name: string, title: string): ListedPage => ({ file: `docs/${name}.md`, title })

const packages = readdirSync(new URL('packages', `file://${repository}`))

/** All that the sidebar lists above the reference, group by group: the one list of the site's pages. */
export const groups: readonly { readonly title: string; readonly pages: readonly ListedPage[] }[] = [
  {
    title: 'Start',
    pages: [
      inDocs('what-tint-is', 'What TinT is'),
      inDocs('first-quarter-hour', 'A first quarter of an hour'),
    ],
  },
  {
    title: 'How it works',
    pages: [
      inDocs('step', 'The step'),
      inDocs('fidelity', 'How near to exact'),
      inDocs('construction', 'The construction'),
      inDocs('paper', 'From the paper to the code'),
      inDocs('authors-code', "What differs from the authors' code"),
    ],
  },
  {
    title: 'Use it',
    pages: [
      { file: 'apps/runner/README.md', title: 'The command' },
      { file: 'apps/explorer/README.md', title: 'The explorer' },
      inDocs('evaluate', 'Evaluate'),
      inDocs('perplexity', 'Perplexity'),
      inDocs('in-context-tasks', 'In-context tasks'),
      inDocs('many-machines', 'Many machines'),
      inDocs('performance', 'Speed and memory'),
      inDocs('write-an-adapter', 'Write an adapter'),
    ],
  },
  {
    title: 'The project',
    pages: [
      inDocs('architecture', 'Architecture'),
      inDocs('reliability', 'Reliability'),
      inDocs('hostile-input', 'Hostile input'),
      inDocs('coverage', 'Coverage'),
      inDocs('publishing', 'Publishing'),
      { file: 'CONTRIBUTING.md', title: 'Contributing' },
      { file: 'SECURITY.md', title: 'Security' },
      { file: 'CODE_OF_CONDUCT.md', title: 'Code of conduct' },
    ],
  },
  {
    title: 'Packages',
    pages: packages.map((name) => ({ file: `packages/${name}/README.md`, title: `@tintjs/${name}` })),
  },
]

/**
 * Where a Markdown file of the repository stands on the site.
 *
 * @param file relative to the repository, with `/`
 * @returns the page's file on the site, such as `packages/inner.md`; undefined for files that are no page of it
 */
export function sitePage(file: string): string | undefined {
  const [, name] = /^(?:docs|packages|apps)\/(.+)\.md$/.exec(file) ?? []
  if (file.startsWith('docs/')) return name === undefined ? undefined : `${name}.md`
  if (!groups.some(({ pages }) => pages.some((page) => page.file === file))) return undefined
  if (name === undefined) return file.toLowerCase().replaceAll('_', '-')
  return `${file.startsWith('apps/') ? file.split('/')[1] : name.replace(/^(.+)\/README$/, 'packages/$1')}.md`
}
