import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../test-support'
import { availableCores, processorQuota } from './available-cores'

let folder: ReturnType<typeof temporaryFolder> | undefined
afterEach(() => folder?.remove())

/** A file system with these files. */
function root(files: Readonly<Record<string, string>>): string {
  folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  return folder.path
}

describe('processorQuota', () => {
  it("is that of version 2's cpu.max, of the group or one around it", () => {
    const files = {
      'proc/self/cgroup': '0::/pods/one/inner\n',
      'sys/fs/cgroup/pods/cpu.max': '400000 100000\n',
      'sys/fs/cgroup/pods/one/cpu.max': '150000 100000\n',
      'sys/fs/cgroup/pods/one/inner/cpu.max': 'max 100000\n',
    }
    expect(processorQuota(root(files))).toBe(1.5)
  })

  it('is found where a container sees its own group as the outermost one', () => {
    expect(
      processorQuota(root({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '200000 100000\n' })),
    ).toBe(2)
    const first = {
      'proc/self/cgroup': '4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '300000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    }
    expect(processorQuota(root(first))).toBe(3)
  })

  it("is that of version 1's quota and period", () => {
    const files = {
      'proc/self/cgroup': '2:cpuacct,cpu:/a:b\n',
      'sys/fs/cgroup/cpu/a:b/cpu.cfs_quota_us': '25000\n',
      'sys/fs/cgroup/cpu/a:b/cpu.cfs_period_us': '50000\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    }
    expect(processorQuota(root(files))).toBe(0.5)
  })

  it.each([
    ['control groups', {}],
    ['a limit', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'max 100000\n' }],
    ['sense', { 'proc/self/cgroup': 'what\n0::/\n', 'sys/fs/cgroup/cpu.max': '\n' }],
    [
      'a quota',
      {
        'proc/self/cgroup': '1:cpu:/\n',
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
    ],
  ])('is none without %s', (_, files) => {
    expect(processorQuota(root(files))).toBeUndefined()
  })
})

describe('availableCores', () => {
  it('is a whole number of at least 1', () => {
    expect(Number.isInteger(availableCores())).toBe(true)
    expect(availableCores()).toBeGreaterThanOrEqual(1)
  })
})
