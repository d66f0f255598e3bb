/**
 * `npm run test:system`: the tests that start other programs and kill processes: a Redis, a browser, machines that are
 * lost. Provides what they need where the platform allows it.
 */
import { provideBrowser } from './browser.mjs'
import { canInstallWithApt, findProgram, installWithApt } from './programs.mjs'
import { build, installDependencies, requireNode, run, tool } from './workspace.mjs'

requireNode(20)
installDependencies()
build()
run(process.execPath, ['packages/libtensorflow/dist/cli.js', 'install'])

const found = provideBrowser(run)
if (found !== undefined) process.env.CHROME_PATH = found
provideRedis()

// Two at once: they mostly wait for processes of theirs. More would slow each other down, and a killed run is awaited.
tool('turbo', 'run', 'test:system', '--concurrency=2', '--output-logs=new-only', ...process.argv.slice(2))

/** Tests of the queue start a Redis of their own; without the program they fail. */
function provideRedis() {
  const name = 'redis-server'
  if (findProgram(name, process.env) !== undefined) return
  if (canInstallWithApt() && installWithApt(run, name) && findProgram(name, process.env) !== undefined) return
  console.error(
    `There is no ${name} here, which the tests of the queue start; install it (on Debian: apt-get install ${name}) and run the command again.`,
  )
  process.exit(1)
}
