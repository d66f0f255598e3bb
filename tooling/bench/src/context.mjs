import { fileURLToPath } from 'node:url'
import { Child } from './child.mjs'

/**
 * What a work gets.
 *
 * @typedef {object} Context
 * @property {boolean} quick tiny sizes, to see that everything works
 * @property {number} rounds measured ones
 * @property {boolean} pytorch whether there is PyTorch to measure
 * @property {AbortSignal} signal
 * @property {(text: string) => void} tell progress for people
 * @property {(name: string, settings: object) => Promise<Child>} worker starts workers/NAME.mjs
 * @property {(name: string, settings: object) => Promise<Child>} pytorchWorker starts workers/NAME.py
 */

/**
 * @param {{ quick: boolean, rounds: number, engine: string, python: string | undefined, signal: AbortSignal }} choices
 *   `python` has torch and transformers; undefined where none has
 * @param {string} work its name, for progress
 * @returns {Context}
 */
export function contextOf({ quick, rounds, engine, python, signal }, work) {
  return {
    quick,
    rounds,
    pytorch: python !== undefined,
    signal,
    tell: (text) => process.stderr.write(`${work}: ${text}\n`),
    worker: (name, settings) => startWorker(name, { engine, ...settings }, signal),
    pytorchWorker: (name, settings) =>
      Child.start(`${name}.py`, python ?? '', [workerPath(`${name}.py`), JSON.stringify(settings)], signal),
  }
}

/**
 * @param {string} name of a file in workers/
 * @param {object} settings given as JSON
 * @param {AbortSignal} signal
 */
export function startWorker(name, settings, signal) {
  const args = [workerPath(`${name}.mjs`), JSON.stringify(settings)]
  return Child.start(`${name}.mjs`, process.execPath, args, signal)
}

function workerPath(file) {
  return fileURLToPath(new URL(`workers/${file}`, import.meta.url))
}
