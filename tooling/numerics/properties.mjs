/**
 * `pnpm properties`: tries the properties of random models on many more of them than `npm test` does.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const usage = `Usage: pnpm properties [options] [property ...]

Tries properties on random inner models: a step against a reference in float64, literal against fused execution,
and what must change nothing. A property is a file of tooling/numerics/src: step, literal, invariance, reference;
default all.

  --runs N       random cases for each property; default 500
  --seed N       other cases; default those of npm test
  --engine NAME  tensorflow, wasm or cpu, or several with commas; default wasm`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string' },
    engine: { type: 'string', default: 'wasm' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}
for (const name of ['runs', 'seed']) {
  const value = values[name]
  if (value === undefined || (/^\d+$/.test(value) && (name === 'seed' || Number(value) > 0))) continue
  console.error(`--${name} is ${value}; expected a whole number${name === 'runs' ? ' above 0' : ''}.`)
  process.exit(2)
}
const { status } = spawnSync('npx', ['vitest', 'run', ...positionals], {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: {
    ...process.env,
    TINT_ENGINES: values.engine,
    TINT_PROPERTY_RUNS: values.runs,
    ...(values.seed === undefined ? {} : { TINT_PROPERTY_SEED: values.seed }),
  },
})
process.exit(status ?? 1)
