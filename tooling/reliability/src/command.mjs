import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { tintScript } from './workload.mjs'

/**
 * What a run of a command left behind.
 *
 * @typedef {{ code: number | null, signal: string | null, stdout: string, stderr: string, milliseconds: number }} Ended
 */

/** Whether a command failed as it should: exit code 1, and a last line that is for people. @param {Ended} ended */
export function saysWhy({ code, stderr }) {
  const isFrames = /^\s+at |Native stack trace|unexpected failure/m.test(stderr)
  return code === 1 && !isFrames && /^tint: \S/.test(lastLine(stderr))
}

/** The lines that TensorFlow writes while its library is loaded. */
const greeting = /^(WARNING: All log messages before absl|I\d+ .*oneDNN custom operations)/

/** @param {string} text */
export function lastLine(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !greeting.test(line))
  return lines.at(-1) ?? ''
}

/**
 * Starts the built command.
 *
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, nodeFlags?: readonly string[], prefix?: readonly string[] }} [options] `prefix`:
 *   a program that runs it, with its own arguments
 * @returns {{ child: import('node:child_process').ChildProcess, ended: Promise<Ended> }}
 */
export function startTint(args, { env = {}, nodeFlags = [], prefix = [] } = {}) {
  const [program, ...all] = [...prefix, process.execPath, ...nodeFlags, tintScript, ...args]
  const begin = performance.now()
  const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout, stderr, milliseconds: performance.now() - begin }),
    )
  })
  return { child, ended }
}

/** Runs the built command to its end. @param {Parameters<typeof startTint>} given */
export function runTint(...given) {
  return startTint(...given).ended
}

/** Runs it to a good end. @param {Parameters<typeof startTint>} given */
export async function runWell(...given) {
  const ended = await runTint(...given)
  if (ended.code !== 0)
    throw new Error(`tint ${given[0].join(' ')} ended with ${ended.code}: ${ended.stderr}`)
  return ended
}

/** Starts it and sends a signal after a time. @returns {Promise<Ended>} */
export async function endAfter(milliseconds, signal, ...given) {
  const { child, ended } = startTint(...given)
  await Promise.race([wait(milliseconds), ended])
  child.kill(signal)
  return ended
}

/** Waits until something holds, at most half a minute. @param {() => boolean} holds */
export async function until(holds) {
  for (let tries = 0; tries < 3000 && !holds(); tries++) await wait(10)
}
