import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryUrl = 'https://github.com/tintjs/tint'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

export const referenceEntries = readdirSync(packages).flatMap((folder) => {
  const { name, exports } = JSON.parse(readFileSync(join(packages, folder, 'package.json'), 'utf8'))
  return Object.entries(exports)
    .filter(([, { types }]) => types !== undefined)
    .map(([path, { types }]) => ({
      name: name + path.slice(1),
      source: join(packages, folder, 'src', `${basename(types, '.d.ts')}.ts`),
      page: folder + path.slice(1),
    }))
})
