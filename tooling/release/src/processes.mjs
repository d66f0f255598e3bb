/** Other programs: run to their end, with what they wrote. */
import { spawn } from 'node:child_process'

/**
 * @typedef {object} Finished
 * @property {number} code exit code; 127 where the program could not be started
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} output both, in the order of writing
 */

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env?: Record<string, string | undefined> }} options `env` is added to this process's own; an
 *   undefined value takes a variable away
 * @returns {Promise<Finished>}
 */
export function run(program, args, { cwd, env = {} }) {
  const written = { stdout: '', stderr: '', output: '' }
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      written[stream] += text
      written.output += text
    })
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ...written, code: 127, output: written.output + error.message }))
    child.on('close', (code) => resolve({ ...written, code: code ?? 1 }))
  })
}

/**
 * Runs a program to its end.
 *
 * @returns {Promise<Finished>}
 * @throws with what the program wrote, where its exit code is not 0
 */
export async function runOrThrow(program, args, options) {
  const finished = await run(program, args, options)
  if (finished.code === 0) return finished
  const command = [program, ...args].join(' ')
  throw new Error(`\`${command}\` ended with exit code ${finished.code}:\n${lastLines(finished.output)}`)
}

/** The command that is pnpm in the version of `packageManager`, with what goes before its arguments. */
function pnpmCommand({ packageManager }) {
  const runner = process.env.npm_execpath ?? ''
  // Within `pnpm release:check` the right pnpm runs already; npx takes a second to find it again.
  if (/pnpm\.[cm]?js$/.test(runner)) return { program: process.execPath, before: [runner] }
  return { program: 'npx', before: ['--yes', packageManager] }
}

/** Runs pnpm. @returns {Promise<Finished>} */
export function pnpm(workspace, args, options = { cwd: workspace.root }) {
  const { program, before } = pnpmCommand(workspace)
  return run(program, [...before, ...args], options)
}

/** Runs pnpm. @returns {Promise<Finished>} @throws where it fails */
export function pnpmOrThrow(workspace, args, options = { cwd: workspace.root }) {
  const { program, before } = pnpmCommand(workspace)
  return runOrThrow(program, [...before, ...args], options)
}

/** The end of a long text, without colours. */
export function lastLines(text, count = 30) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const plain = text.replaceAll(/\u001b\[[0-9;]*m/g, '').trimEnd()
  return plain.split('\n').slice(-count).join('\n')
}
