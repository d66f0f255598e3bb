import { changes } from './faults/changes.mjs'
import { disk } from './faults/disk.mjs'
import { hub } from './faults/hub.mjs'
import { install } from './faults/install.mjs'
import { memory } from './faults/memory.mjs'
import { network } from './faults/network.mjs'
import { runs } from './faults/runs.mjs'
import { saves } from './faults/saves.mjs'
import { signals } from './faults/signals.mjs'
import { together } from './faults/together.mjs'
import { Places } from './places.mjs'
import { Tally } from './tally.mjs'

/**
 * A fault: what happens, what should come of it, and how it is tried.
 *
 * @typedef {{ places: Places, kills: number, random: () => number }} Context
 * @typedef {{ name: string, expected: string, needsMount?: boolean, run: (context: Context) => Promise<Tally> | Tally }} Fault
 * @typedef {{ name: string, expected: string, tries: number, good: number, came: string }} Result
 */

/** @type {readonly Fault[]} */
export const faults = [
  ...runs,
  ...saves,
  ...hub,
  ...install,
  ...disk,
  ...together,
  ...memory,
  ...signals,
  ...changes,
  ...network,
]

/** Tries a fault. @param {Fault} fault @param {{ kills: number, seed: number }} options @returns {Promise<Result>} */
export async function tryFault({ name, expected, needsMount, run }, { kills, seed }) {
  const places = new Places()
  try {
    if (needsMount && !places.canMount) {
      return {
        name,
        expected,
        tries: 0,
        good: 0,
        came: 'skipped: mounting a small disk needs root on Linux; run it with sudo',
      }
    }
    const tally = await run({ places, kills, random: randomNumbers(seed) })
    return { name, expected, tries: tally.tries, good: tally.good, came: tally.text() }
  } catch (error) {
    const tally = new Tally()
    tally.add(false, String(error))
    return { name, expected, tries: 1, good: 0, came: tally.text() }
  } finally {
    places.remove()
  }
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). @param {number} seed */
function randomNumbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
