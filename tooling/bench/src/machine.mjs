import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as z from 'zod'
import { startWorker } from './context.mjs'

/** What a result was measured on. */
export const machineSchema = z.strictObject({
  processor: z.string(),
  cores: z.int().positive(),
  memoryBytes: z.number().positive(),
  node: z.string(),
  engine: z.strictObject({
    name: z.string(),
    version: z.string(),
    threads: z.int().positive(),
    device: z.string(),
    tfjs: z.string(),
  }),
  /** Null where PyTorch was not measured. */
  pytorch: z.strictObject({ torch: z.string(), transformers: z.string() }).nullable(),
})

/** Which state of the project was measured. */
export const revisionSchema = z.strictObject({
  /** Null outside of a git repository. */
  commit: z.string().nullable(),
  /** Whether tracked files differed from it. */
  changed: z.boolean(),
})

const run = promisify(execFile)

/**
 * @param {string} engine as `useEngine` takes it
 * @param {import('zod').infer<typeof machineSchema>['pytorch']} pytorch
 * @param {AbortSignal} signal
 * @returns {Promise<import('zod').infer<typeof machineSchema>>}
 */
export async function describeMachine(engine, pytorch, signal) {
  const child = await startWorker('engine', { engine }, signal)
  await child.stop()
  const [first] = cpus()
  return {
    processor: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.versions.node,
    engine: child.facts,
    pytorch,
  }
}

/**
 * @param {string} python a command
 * @param {AbortSignal} signal
 * @returns {Promise<import('zod').infer<typeof machineSchema>['pytorch']>} null where it has no torch or no transformers
 */
export async function findPytorch(python, signal) {
  const program =
    'import json, torch, transformers; print(json.dumps({"torch": torch.__version__, "transformers": transformers.__version__}))'
  try {
    const { stdout } = await run(python, ['-c', program], { signal })
    return JSON.parse(stdout)
  } catch {
    signal.throwIfAborted()
    return null
  }
}

/** @returns {Promise<import('zod').infer<typeof revisionSchema>>} */
export async function describeRevision() {
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  try {
    const { stdout: commit } = await run('git', ['rev-parse', 'HEAD'], { cwd })
    const { stdout: changes } = await run('git', ['status', '--porcelain', '--untracked-files=no'], { cwd })
    return { commit: commit.trim(), changed: changes.trim() !== '' }
  } catch {
    return { commit: null, changed: false }
  }
}
