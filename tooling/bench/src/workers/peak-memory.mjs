import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The most memory that this process has held so far, in bytes. */
export function peakMemoryBytes() {
  // Node reports kilobytes on every system.
  return process.resourceUsage().maxRSS * 1024
}

/**
 * The most memory that each of several processes has held so far, in bytes, summed: on Linux `VmHWM`, which counts pages
 * that several share in each. Elsewhere what they hold now, as systems tell no other process's peak there.
 *
 * @param {readonly number[]} ids of processes that live
 */
export function summedPeakBytes(ids) {
  return ids.reduce((sum, id) => sum + 1024 * (process.platform === 'linux' ? peakOf(id) : holdingOf(id)), 0)
}

/** @param {number} id @returns {number} kilobytes */
function peakOf(id) {
  const status = readFileSync(`/proc/${id}/status`, 'utf8')
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1])
}

/** @param {number} id @returns {number} kilobytes */
function holdingOf(id) {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(id)], { encoding: 'utf8' }))
}
