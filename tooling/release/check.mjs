/**
 * `pnpm release:check`: whether every package could be published today. Builds first; needs no network but the package
 * registry. docs/publishing.md says what is checked.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { checks } from './src/checks/index.mjs'
import { outcomesJson, outcomesTable, outcomeText } from './src/outcomes.mjs'
import { readWorkspace } from './src/packages.mjs'
import { pnpmOrThrow } from './src/processes.mjs'
import { runChecks } from './src/run-checks.mjs'

const names = checks.map(({ name }) => name)
const { only, json } = new Command('release:check')
  .description('Says whether every package could be published today, and what to do where not.')
  .option('--only <names>', `some of ${names.join(', ')} (default: all)`, parseNames)
  .option('--json', 'print a JSON object; what happens goes to standard error')
  .parse()
  .opts()
const say = json ? console.error : console.log

const workspace = await readWorkspace(fileURLToPath(new URL('../..', import.meta.url)))
const temporaryFolder = await mkdtemp(join(tmpdir(), 'release-check-'))
// An interrupted run leaves nothing behind either.
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () =>
    rm(temporaryFolder, { recursive: true, force: true }).then(() => process.exit(code)),
  )
}
try {
  await pnpmOrThrow(workspace, ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])
  const outcomes = []
  const chosen = checks.filter(({ name }) => only === undefined || only.includes(name))
  for await (const outcome of runChecks(chosen, workspace, temporaryFolder)) {
    outcomes.push(outcome)
    say(outcomeText(outcome))
  }
  say(`\n${outcomesTable(outcomes, workspace.packages.length)}`)
  const result = outcomesJson(outcomes, workspace)
  if (json) console.log(JSON.stringify(result, null, 2))
  process.exitCode = result.passed ? 0 : 1
} finally {
  await rm(temporaryFolder, { recursive: true, force: true })
}

function parseNames(list) {
  const chosen = list.split(',').map((name) => name.trim())
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown === undefined) return chosen
  throw new InvalidArgumentError(
    `There is no check ${JSON.stringify(unknown)}; expected some of ${names.join(', ')}.`,
  )
}
