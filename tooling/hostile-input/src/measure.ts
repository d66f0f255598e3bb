import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { useEngine } from '@tintjs/tensor/node'
import { chosenGroups } from './chosen'
import type { Measured } from './measured'
import { keptBytes } from './memory'
import { oddities } from './oddities'
import { outcomeOf } from './outcome'
import { watchProcess } from './witness'

// Prints a line of JSON for each case and each group of cases: first of what is valid, which also loads all code that is
// loaded late, so that no malformed input is charged with it; then of the corpus. Arguments choose cases by parts of
// their names.

const chosen = process.argv.slice(2)
const print = (measured: Measured) => process.stdout.write(`${JSON.stringify(measured)}\n`)

const root = mkdtempSync(join(tmpdir(), 'tint-hostile-'))
execFileSync(process.execPath, [fileURLToPath(new URL('write.js', import.meta.url)), root, ...chosen])
// What a pickle might start would write to the working folder.
process.chdir(root)
watchProcess()
try {
  await useEngine('cpu')
  for (const oddity of oddities) print({ kind: 'oddity', ...(await outcomeOf(oddity, root)) })
  for (const { title, cases } of chosenGroups(chosen)) {
    const before = keptBytes()
    for (const hostile of cases) print({ kind: 'case', ...(await outcomeOf(hostile, root)) })
    print({ kind: 'group', title, keptBytes: keptBytes() - before })
  }
} finally {
  process.chdir(tmpdir())
  rmSync(root, { recursive: true, force: true })
}
// A read that never ends keeps a thread waiting.
process.exit()
