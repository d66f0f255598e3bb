import { delimiter, sep } from 'node:path'
import { type Environment, run } from './processes.js'

/** Whether a package's native engine works, seen by using it. */
export type LoadResult = { ok: true; tensorflow: string } | LoadFailure

export interface LoadFailure {
  ok: false
  reason: string
  /** Why no other library or binding can help: the processor, or packages that must be added. */
  beyond?: { processor: true } | { addPackage: string }
}

const MARK = 'tint-libtensorflow:'

/** What tfjs-node-gpu uses without declaring it: layouts without hoisting (Yarn's `pnpm` linker) hide it. */
const UNDECLARED = {
  error: /Cannot find module '(long|@tensorflow\/tfjs-core)'/,
  failure: {
    reason:
      'tfjs-node-gpu uses long and @tensorflow/tfjs-core without declaring them, and the project lacks them',
    beyond: { addPackage: 'long@4.0.0 @tensorflow/tfjs-core@4.22.0' },
  },
}

/** Runs in a process of its own: a library that does not fit may end it. */
const SCRIPT = `
const util = require('node:util')
util.isNullOrUndefined ??= (value) => value === null || value === undefined
util.isArray ??= Array.isArray
const tf = require(process.argv[1])
const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]]))
const values = Array.from(product.dataSync())
console.log('${MARK}' + JSON.stringify({
  backend: tf.getBackend(), values, tensorflow: String(tf.backend().binding.TF_Version),
}))
`

/** Loads the package in a child process and multiplies two matrices with it. */
export async function verifyLoads(packageFolder: string, env: Environment): Promise<LoadResult> {
  const { code, signal, stdout, stderr } = await run(process.execPath, ['-e', SCRIPT, packageFolder], {
    env: { ...env, NODE_PATH: withoutShims(env.NODE_PATH), TF_CPP_MIN_LOG_LEVEL: '3' },
    timeoutMs: 180_000,
  })
  const answer = stdout.split('\n').find((line) => line.startsWith(MARK))
  if (signal === 'SIGILL') {
    const reason =
      'this processor lacks instructions (AVX) that TensorFlow needs, so the WASM engine serves here'
    return { ok: false, reason, beyond: { processor: true } }
  }
  if (UNDECLARED.error.test(stderr)) return { ok: false, ...UNDECLARED.failure }
  if (code !== 0 || answer === undefined) return { ok: false, reason: reasonOf(code, signal, stderr) }
  const { backend, values, tensorflow } = JSON.parse(answer.slice(MARK.length))
  if (backend !== 'tensorflow') return { ok: false, reason: `the engine is ${backend} instead of tensorflow` }
  if (String(values) !== '19,22,43,50')
    return { ok: false, reason: `a product of matrices is wrong: ${values}` }
  return { ok: true, tensorflow }
}

/** Without what pnpm adds for the commands it starts: programs of the project will not see that. */
function withoutShims(nodePath = ''): string {
  return nodePath
    .split(delimiter)
    .filter((folder) => !folder.includes(`${sep}.pnpm${sep}`))
    .join(delimiter)
}

function reasonOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  if (signal !== null) return `the process was ended by ${signal}`
  const lines = stderr.split('\n').map((line) => line.trim())
  return lines.find((line) => /^(\w*Error)\b.*:/.test(line)) ?? `it ended with exit code ${code}`
}
