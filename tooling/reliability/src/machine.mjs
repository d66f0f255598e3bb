import { cpus, release, totalmem, type } from 'node:os'

/** What the figures were made on. */
export function machineText() {
  const [{ model = 'processor' } = {}] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} cores (${model.trim()}), ${memory} GiB, ${type()} ${release().split('-')[0]}, Node ${process.versions.node}`
}
