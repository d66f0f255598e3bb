/** `pnpm new:adapter NAME`: writes packages/inner-NAME and says what comes next. Uses Node's own modules only. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAdapter, NameProblem } from './create.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const names = process.argv.slice(2).filter((word) => word !== '--')

if (names.length !== 1 || names[0].startsWith('-')) {
  console.error(
    'Usage: pnpm new:adapter NAME, where NAME is the model_type of a config.json, such as stablelm.',
  )
  process.exit(2)
}
try {
  const { folder, changeset, packageName } = createAdapter(root, names[0])
  console.log(`Wrote ${folder} and ${changeset}. Next:
  pnpm install && pnpm exec turbo run build --filter=${packageName}...
  python tooling/adapter-fixtures/make_fixtures.py ${join(folder, 'src', 'fixtures', 'one-step')} --model-type ${names[0]}
  pnpm --filter ${packageName} test
The tests say what to fill in; docs/write-an-adapter.md walks through an example.`)
} catch (error) {
  if (!(error instanceof NameProblem)) throw error
  console.error(error.message)
  process.exit(1)
}
