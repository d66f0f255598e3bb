import { type Environment, run } from './processes.js'

/** Whether a package's native engine works, seen by using it. */
export type LoadResult = { ok: true; tensorflow: string } | { ok: false; reason: string }

const MARK = 'tint-libtensorflow:'

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
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: '3' },
    timeoutMs: 180_000,
  })
  const answer = stdout.split('\n').find((line) => line.startsWith(MARK))
  if (code !== 0 || answer === undefined) return { ok: false, reason: reasonOf(code, signal, stderr) }
  const { backend, values, tensorflow } = JSON.parse(answer.slice(MARK.length))
  if (backend !== 'tensorflow') return { ok: false, reason: `the engine is ${backend} instead of tensorflow` }
  if (String(values) !== '19,22,43,50')
    return { ok: false, reason: `a product of matrices is wrong: ${values}` }
  return { ok: true, tensorflow }
}

function reasonOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  if (signal === 'SIGILL') return 'this processor lacks instructions (AVX) that TensorFlow needs'
  if (signal !== null) return `the process was ended by ${signal}`
  const lines = stderr.split('\n').map((line) => line.trim())
  return lines.find((line) => /^(\w*Error)\b.*:/.test(line)) ?? `it ended with exit code ${code}`
}
