/**
 * `pnpm release:check`: whether every package could be published today. Builds first; needs no network but the package
 * registry. docs/publishing.md says what is checked.
 */
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { checks } from './src/checks/index.mjs'
import { outcomesJson, outcomesTable, outcomeText } from './src/outcomes.mjs'
import { readWorkspace } from './src/packages.mjs'
import { pnpmOrThrow } from './src/processes.mjs'
import { runChecks } from './src/run-checks.mjs'
import { inTemporaryFolder } from './src/temporary-folder.mjs'

const names = checks.map(({ name }) => name)
const { only, json, complete } = new Command('release:check')
  .description('Says whether every package could be published today, and what to do where not.')
  .option('--only <names>', `some of ${names.join(', ')} (default: all)`, parseNames)
  .option('--complete', 'fail too where something could not be looked at')
  .option('--json', 'print a JSON object; what happens goes to standard error')
  .parse()
  .opts()
const say = json ? console.error : console.log
const chosen = checks.filter(({ name }) => only === undefined || only.includes(name))

const workspace = await readWorkspace(fileURLToPath(new URL('../..', import.meta.url)))
const outcomes = await inTemporaryFolder('release-check', async (folder) => {
  await pnpmOrThrow(workspace, ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])
  const run = []
  for await (const outcome of runChecks(chosen, workspace, folder)) {
    run.push(outcome)
    say(outcomeText(outcome))
  }
  return run
})
const result = outcomesJson(outcomes, workspace)
say(`\n${outcomesTable(outcomes, workspace.packages.length)}`)
if (json) console.log(JSON.stringify(result, null, 2))
process.exitCode = result.passed && (result.complete || !complete) ? 0 : 1

function parseNames(list) {
  const wanted = list.split(',').map((name) => name.trim())
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown === undefined) return wanted
  throw new InvalidArgumentError(
    `There is no check ${JSON.stringify(unknown)}; expected some of ${names.join(', ')}.`,
  )
}
