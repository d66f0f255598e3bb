import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

interface BundledPackage {
  readonly title: string
  readonly text: string
}

/**
 * Collects the packages that are built into the page and its workers, and writes their licences beside the page, as these
 * ask. Vite's own `build.license` leaves out what is in workers.
 *
 * @returns a plugin for the page and one for workers, of one build
 */
export function licences(): { readonly page: Plugin; readonly worker: Plugin } {
  const found = new Map<string, BundledPackage>()
  const collect = (moduleIds: Iterable<string>) => {
    for (const id of moduleIds) {
      const folder = packageFolder(id)
      if (folder !== undefined && !found.has(folder)) found.set(folder, bundledPackage(folder))
    }
  }
  return {
    worker: {
      name: 'licences-of-worker',
      generateBundle() {
        collect(this.getModuleIds())
      },
    },
    page: {
      name: 'licences-of-page',
      generateBundle() {
        collect(this.getModuleIds())
        const parts = [...found.values()]
          .sort((left, right) => left.title.localeCompare(right.title))
          .map(({ title, text }) => `## ${title}\n\n${text}\n`)
        const source = ['# What is built into this page, and its licences\n', ...new Set(parts)].join('\n')
        // Not called licence: pnpm then takes it for the package's own, and leaves LICENSE out of the tarball.
        this.emitFile({ type: 'asset', fileName: 'third-party.md', source })
      },
    },
  }
}

/** The folder of the package that a module of a dependency belongs to. */
function packageFolder(id: string): string | undefined {
  const path = id.replace(/^\0/, '').replace(/\?.*$/, '')
  if (!path.includes('/node_modules/')) return undefined
  for (let folder = dirname(path); !folder.endsWith('/node_modules'); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version !== undefined)
      return folder
  }
  return undefined
}

function bundledPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim()
  return { title: `${name} ${version} (${license})`, text }
}
