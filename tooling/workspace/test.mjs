/**
 * `npm test`: installs, builds, provides the native engine where the platform allows it, checks style and types, and runs all tests on every engine that is there.
 */
import { availableParallelism } from 'node:os'
import { build, installDependencies, requireNode, run, tool } from './workspace.mjs'

requireNode(20)
installDependencies()
build()

const engines = nativeEngine() ? 'tensorflow,wasm' : 'wasm'
process.env.TINT_ENGINES = engines
console.log(`Testing on ${engines.replace(',', ' and ')}.`)

// More tasks than cores, as many wait for processes of theirs; not so many that each becomes slow.
const tasks = Math.max(3, Math.ceil(1.5 * availableParallelism()))
tool(
  'turbo',
  'run',
  `--concurrency=${tasks}`,
  'lint',
  'lint:root',
  'typecheck',
  'test',
  '--output-logs=new-only',
  ...process.argv.slice(2),
)

/** Puts the native library in place. @returns whether the native engine can be tested */
function nativeEngine() {
  const installed = run(process.execPath, ['packages/libtensorflow/dist/cli.js', 'install']) === 0
  if (installed) return true
  const required = process.env.TINT_REQUIRE_NATIVE === '1'
  console.error(
    `The native engine could not be installed; ${required ? 'it was required' : 'testing on WASM alone'}.`,
  )
  if (required) process.exit(1)
  return false
}
