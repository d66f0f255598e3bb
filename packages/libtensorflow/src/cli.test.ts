import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Environment, run } from './processes.js'
import { PACKAGE } from './project.js'
import {
  canCompile,
  FAKE_VERSION,
  npmProject,
  temporaryFolder,
  unknownWheelName,
  workingWheelContents,
  writePackage,
  writeWheel,
} from './test-support.js'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** Runs the built command as a user would. */
async function cli(args: string[], cwd: string, env: Environment = {}) {
  const cache = join(cwd, 'cache')
  return run(process.execPath, [CLI, ...args], { cwd, env: { ...process.env, TINT_CACHE: cache, ...env } })
}

it('is built', () => {
  expect(existsSync(CLI), `build the package first: ${CLI}`).toBe(true)
})

describe('usage', () => {
  it.each([[['--help']], [['install', '--help']], [['--version']], [['help']]])(
    '%j is answered with exit code 0',
    async (args) => {
      const { code, stdout } = await cli(args, await temporaryFolder())
      expect(code).toBe(0)
      expect(stdout).toMatch(args[0] === '--version' ? /^\d+\.\d+\.\d+/ : /Usage: tint-libtensorflow/)
    },
  )

  it.each([[[]], [['instal']], [['install', '--nonsense']], [['install', '--from']], [['install', 'extra']]])(
    '%j is a wrong use, exit code 2',
    async (args) => {
      const { code, stdout, stderr } = await cli(args, await temporaryFolder())
      expect(code).toBe(2)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/error:|Usage:/)
    },
  )
})

describe('in a project without the package', () => {
  it('install fails with one sentence', async () => {
    const { code, stdout, stderr } = await cli(['install'], await temporaryFolder())
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(
      /npm install --ignore-scripts @tensorflow\/tfjs-node-gpu@4\.22\.0|WASM engine serves/,
    )
  })

  it('status --json says so as one object, exit code 1', async () => {
    const folder = await temporaryFolder()
    const { code, stdout } = await cli(['status', '--json'], folder)
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      package: null,
      library: null,
      binding: null,
      loads: null,
      cache: { path: join(folder, 'cache/libtensorflow'), entries: [] },
    })
  })

  it('remove has nothing to do', async () => {
    const { code, stdout } = await cli(['remove'], await temporaryFolder())
    expect([code, stdout]).toEqual([0, 'There is nothing to remove.\n'])
  })
})

describe.skipIf(!canCompile)('in a project with the package', () => {
  it('installs, says so, installs nothing twice, tells its status and removes', async () => {
    const { project, packageFolder } = await npmProject(await temporaryFolder())
    const wheel = await writeWheel(join(project, unknownWheelName()), await workingWheelContents())

    const first = await cli(['install', '--from', wheel], project)
    expect(first.stderr).toMatch(/Compiling the binding with .*\n$/)
    expect(first.stdout).toBe(
      `TensorFlow ${FAKE_VERSION} (${targetName()}) is installed in ${packageFolder} and works.\n`,
    )
    expect(first.code).toBe(0)

    const second = await cli(['install'], project)
    const already = `TensorFlow ${FAKE_VERSION} (${targetName()}) is already installed in ${packageFolder}.\n`
    expect(second).toMatchObject({ code: 0, stdout: already, stderr: '' })

    const status = await cli(['status', '--json'], project)
    expect(status.code).toBe(0)
    expect(JSON.parse(status.stdout)).toMatchObject({
      platform: { supported: true },
      package: { folder: packageFolder, version: '4.22.0' },
      library: { version: FAKE_VERSION, target: targetName(), missing: null },
      binding: { present: true },
      loads: { ok: true, tensorflow: FAKE_VERSION },
    })
    const text = await cli(['status'], project)
    expect(text.stdout).toContain(`loads    yes, TensorFlow ${FAKE_VERSION}`)
    expect(text.stdout).not.toContain('problem')

    expect((await cli(['remove', '--cache'], project)).stdout).toMatch(
      /^Removed .*deps, .*cache.libtensorflow\.\n$/,
    )
    expect((await cli(['status'], project)).code).toBe(1)
  })

  it('installs into the folder that --package names, all from the cache the second time', async () => {
    const folder = await temporaryFolder()
    const wheel = await writeWheel(join(folder, unknownWheelName()), await workingWheelContents())
    for (const [name, ending] of [
      ['a', 'works.\n'],
      ['b', 'works, all from the cache.\n'],
    ] as const) {
      const elsewhere = await writePackage(join(folder, name, PACKAGE))
      const { code, stdout } = await cli(['install', '--from', wheel, '--package', elsewhere], folder)
      expect([code, stdout.includes(elsewhere), stdout.endsWith(ending)]).toEqual([0, true, true])
    }
  })

  it.each([
    ['two', ['cache', 'cache']],
    ['four', ['cache', 'cache', 'cache', 'cache']],
    ['four with two caches', ['cache', 'other', 'cache', 'other']],
  ])('lets %s installations at once succeed', async (_, caches) => {
    const { project, packageFolder } = await npmProject(await temporaryFolder())
    const wheel = await writeWheel(join(project, unknownWheelName()), await workingWheelContents())
    const all = await Promise.all(
      caches.map((name) => cli(['install', '--from', wheel], project, { TINT_CACHE: join(project, name) })),
    )
    expect(all.map(({ code, stderr }) => [code, stderr.includes('Cannot')])).toEqual(
      caches.map(() => [0, false]),
    )
    expect(all.filter(({ stdout }) => !stdout.includes('already installed'))).toHaveLength(1)
    expect((await cli(['status', '--package', packageFolder], project)).code).toBe(0)
    expect((await readdir(packageFolder)).filter((name) => /partial|lock/.test(name))).toEqual([])
  })

  it('writes nothing that every user can write, whatever the mask', async () => {
    const { project } = await npmProject(await temporaryFolder())
    const wheel = await writeWheel(join(project, unknownWheelName()), await workingWheelContents())
    const command = `umask 0; '${process.execPath}' '${CLI}' install --from '${wheel}'`
    const env = { ...process.env, TINT_CACHE: join(project, 'cache') }
    expect((await run('/bin/sh', ['-c', command], { cwd: project, env })).code).toBe(0)
    const { stdout } = await run('find', [project, '!', '-type', 'l', '-perm', '-0002'], { env })
    expect(stdout).toBe('')
  })
})

function targetName(): string {
  return `${process.platform}-${process.arch}-cpu`
}
