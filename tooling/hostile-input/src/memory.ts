import { readFileSync, writeFileSync } from 'node:fs'

/** What the process keeps in JavaScript's memory, in bytes, after everything unreachable is gone. */
export function keptBytes(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/**
 * Starts to measure the peak of the process's memory.
 *
 * @returns how far above its start the peak has been, in bytes; on systems without `/proc`, how far the peak of the
 *   process's whole life has been moved
 */
export function watchPeak(): () => number {
  forgetPeak()
  const start = peakBytes()
  return () => peakBytes() - start
}

/** Linux lets a process set its peak back to what it has now. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // The peak goes on growing then, and cases that stay below it count as 0.
  }
}

function peakBytes(): number {
  try {
    const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024
}
