/** Puts the fixture script beside the built code, so that it comes with the published package. */
import { copyFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))

for (const name of ['make_fixtures.py', 'oracle.py']) {
  copyFileSync(file(`../../tooling/adapter-fixtures/${name}`), file(`dist/${name}`))
}
