import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * How many cores this process may keep busy, at least 1. A container's limit of processor time, which Node does not look
 * at, counts in whole cores: what is above them would make all processes wait.
 */
export function availableCores(): number {
  const quota = processorQuota() ?? Number.POSITIVE_INFINITY
  return Math.max(1, Math.min(availableParallelism(), Math.floor(quota)))
}

/**
 * The processor time that Linux lets this process's control group use, in cores: the smallest limit of the group and those
 * around it, of either version of control groups.
 *
 * @param root of the file system; default `/`
 * @returns undefined where there is no limit
 */
export function processorQuota(root = '/'): number | undefined {
  const groups = textOf(join(root, 'proc/self/cgroup'))?.split('\n') ?? []
  const limits = groups.flatMap((line) => {
    // `0::/path` of version 2, `4:cpu,cpuacct:/path` of version 1.
    const [, controllers, ...rest] = line.split(':')
    const path = rest.join(':')
    if (controllers === '') return limitsOf(join(root, 'sys/fs/cgroup'), path, limitOfVersion2)
    if (!controllers?.split(',').includes('cpu')) return []
    const mount = [controllers, 'cpu'].map((name) => join(root, 'sys/fs/cgroup', name)).find(existsSync)
    return mount === undefined ? [] : limitsOf(mount, path, limitOfVersion1)
  })
  return limits.length === 0 ? undefined : Math.min(...limits)
}

/** The limits of a group and of those around it. A container may see its own group as the outermost one. */
function limitsOf(mount: string, path: string, limitOf: (folder: string) => number | undefined): number[] {
  const limits: number[] = []
  for (let group = join('/', path); ; group = dirname(group)) {
    const limit = limitOf(join(mount, group))
    if (limit !== undefined) limits.push(limit)
    if (group === '/') return limits
  }
}

/** `cpu.max` is `max 100000`, or `150000 100000` for one core and a half. */
function limitOfVersion2(folder: string): number | undefined {
  const [quota, period] = textOf(join(folder, 'cpu.max'))?.trim().split(' ') ?? []
  return ratio(quota, period)
}

/** A quota of -1 is none. */
function limitOfVersion1(folder: string): number | undefined {
  return ratio(textOf(join(folder, 'cpu.cfs_quota_us')), textOf(join(folder, 'cpu.cfs_period_us')))
}

function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const cores = Number(quota) / Number(period)
  return cores > 0 && Number.isFinite(cores) ? cores : undefined
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
