/** Units that count, with ways to go wrong: a module that processes of tests load. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** @param {unknown} data what is to go wrong */
export async function prepareUnits(data) {
  const { base, refuse, killLoading, killOnce, killAt, breakAt, waitAt, wrongAt, leaveAt, fillAt, readAt } =
    data
  if (refuse !== undefined) throw Object.assign(new Error(refuse), { name: 'InputError' })
  if (killLoading) process.kill(process.pid, 'SIGKILL')
  const configuration = { base, threads: process.env.TF_NUM_INTRAOP_THREADS ?? null }
  const runUnit = async (unit, { onShare }) => {
    onShare(0.5)
    if (unit === killAt) process.kill(process.pid, 'SIGKILL')
    if (killOnce !== undefined && unit === killOnce.unit && !existsSync(killOnce.file)) {
      writeFileSync(killOnce.file, '')
      process.stderr.write('out of memory, perhaps\n')
      process.kill(process.pid, 'SIGKILL')
    }
    if (unit === breakAt) throw Object.assign(new Error(`unit ${unit} is broken`), { name: 'NotFiniteError' })
    if (unit === leaveAt) process.exit(0)
    if (unit === fillAt) fillHeap()
    if (unit === readAt) readFileSync('/no/such/file')
    if (unit === waitAt) await new Promise((resolve) => setTimeout(resolve, 600_000))
    if (unit === wrongAt) return [{ unit, value: 'none' }]
    return [{ unit, value: base + unit, process: process.pid }]
  }
  return { configuration, runUnit }
}

function fillHeap() {
  for (const all = []; ; ) all.push({ length: all.length })
}
