import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const repository = fileURLToPath(new URL('../../..', import.meta.url))

/** Folders that hold no documents of ours; `docs/reference` is written when the site is built. */
const skipped = new Set(['node_modules', 'dist', 'coverage', 'reference', '.git', '.turbo'])

/** A Markdown file of the repository. */
export interface Document {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly text: string
}

/** Every Markdown file of the repository. */
export function documents(): Document[] {
  return markdownFiles(repository).map((file) => ({
    path: relative(repository, file).replaceAll('\\', '/'),
    text: readFileSync(file, 'utf8'),
  }))
}

/** The documents whose examples are run: those of the root and of `docs`, and the READMEs of packages and apps. */
export function documentsWithExamples(): Document[] {
  return documents().filter(({ path }) => /^((docs\/)?[^/]+|(packages|apps)\/[^/]+\/README)\.md$/.test(path))
}

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name))
    .sort((left, right) => left.name.localeCompare(right.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return markdownFiles(path)
      return entry.isFile() && entry.name.endsWith('.md') ? [path] : []
    })
}
