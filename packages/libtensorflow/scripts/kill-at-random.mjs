/**
 * Kills real installations at random moments and looks at what is left: what is in the cache must be whole, and the
 * next installation must work, at once. Takes about half a minute a kill, so it is no test; `src/kill.test.ts` does
 * the same to a small library.
 *
 *   node scripts/kill-at-random.mjs --project DIR --from WHEEL [--times 20] [--signals SIGINT,SIGTERM,SIGKILL]
 *
 * DIR is a project that has @tensorflow/tfjs-node-gpu; its native library is replaced. The cache is a folder of its own
 * (`$TINT_CACHE`, else `DIR/kill-cache`) that is deleted again and again. Prints a line a kill, then one a signal.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const { values } = parseArgs({
  options: {
    project: { type: 'string' },
    from: { type: 'string' },
    times: { type: 'string', default: '20' },
    signals: { type: 'string', default: 'SIGINT,SIGTERM,SIGKILL' },
  },
})
if (values.project === undefined || values.from === undefined) {
  console.error('Give --project DIR and --from WHEEL.')
  process.exit(2)
}
const project = resolve(values.project)
const from = resolve(values.from)
const base = process.env.TINT_CACHE ?? join(project, 'kill-cache')
const cache = join(base, 'libtensorflow')

let failures = 0
const whole = await fresh()
console.log(`An installation takes ${whole.seconds.toFixed(1)} s.`)
for (const signal of values.signals.split(',')) {
  const waits = []
  for (let time = 0; time < Number(values.times); time++) waits.push(await killOnce(signal, whole.seconds))
  console.log(
    `${signal}: ${waits.length} kills, the next run took at most ${Math.max(...waits).toFixed(1)} s`,
  )
}
rmSync(base, { recursive: true, force: true })
console.log(failures === 0 ? 'Every next run worked.' : `${failures} failures.`)
process.exit(failures === 0 ? 0 : 1)

/** An installation with nothing to build on. */
async function fresh() {
  rmSync(base, { recursive: true, force: true })
  await command('remove')
  return command('install', '--from', from)
}

/** @returns how long the run after the killed one took, in seconds */
async function killOnce(signal, seconds) {
  rmSync(base, { recursive: true, force: true })
  await command('remove')
  const moment = Math.random() * seconds
  const killed = start('install', '--from', from)
  await setTimeout(moment * 1000)
  killed.child.kill(signal)
  const { code } = await killed.end
  const left = existsSync(cache) ? readdirSync(cache) : []
  await requireWhole()
  const { code: status, stdout: told } = await command('status')
  if (status === 0 && code !== 0 && !told.includes('yes, TensorFlow')) fail('status is of two minds', told)
  const next = await command('install', '--from', from)
  if (next.code !== 0) fail(`the next run ended with ${next.code}`, next.stderr)
  if ((await command('status')).code !== 0) fail('the engine does not load', '')
  const remains = readdirSync(cache).filter((name) => name.includes('.partial-'))
  if (remains.length > 0) fail('something is left', remains.join())
  const waited = next.stderr.includes('waiting for it') ? ', waited' : ''
  console.log(
    `${signal} after ${moment.toFixed(1)} s: exit ${code}, left [${left.join(', ')}]; next run ${next.seconds.toFixed(1)} s${waited}`,
  )
  return next.seconds
}

/** Every folder of the cache that has its final name must be as its manifest says. */
async function requireWhole() {
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => !name.includes('.partial-')) : []
  for (const name of names) {
    const { files } = JSON.parse(readFileSync(join(cache, name, 'manifest.json'), 'utf8'))
    for (const [file, { sha256 }] of Object.entries(files)) {
      const hash = createHash('sha256')
      await pipeline(createReadStream(join(cache, name, file)), hash)
      if (hash.digest('hex') !== sha256) fail(`${name}/${file} is not whole`, '')
    }
  }
}

async function command(...args) {
  const begin = performance.now()
  const ended = await start(...args).end
  return { ...ended, seconds: (performance.now() - begin) / 1000 }
}

function start(...args) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: project,
    env: { ...process.env, TINT_CACHE: base },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const end = once(child, 'exit').then(([code, signal]) => ({ code: code ?? signal, stdout, stderr }))
  return { child, end }
}

function fail(what, detail) {
  failures += 1
  console.error(`FAILED: ${what} ${detail}`)
}
