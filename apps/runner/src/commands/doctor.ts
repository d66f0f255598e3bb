import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { version_core } from '@tensorflow/tfjs-core'
import {
  type EngineDescription,
  type EngineName,
  engineNames,
  measureMatrixProductRate,
} from '@tintjs/tensor'
import { nodeEngines, useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { addEngineOptions, type EngineOptions } from '../command-options'
import { interruption } from '../interruption'
import { type Advice, type DoctorReport, doctorText, type EngineStatus } from '../output/doctor-text'
import { printJson } from '../output/print'

/** Adds the options and the action of `tint doctor`. */
export function configure(command: Command): void {
  addEngineOptions(command).action(run)
}

async function run(options: EngineOptions): Promise<void> {
  const engine = await useEngine(options.engine)
  const engines = await engineStatuses(engine)
  const gflopPerSecond = await measureMatrixProductRate(1024, 5, interruption.signal)
  const report: DoctorReport = {
    engine: engine.name,
    engineDetails: { ...engine, gflopPerSecond },
    engines,
    versions: { node: process.versions.node, tfjs: version_core },
    machine: {
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
    },
  }
  if (options.json) printJson(report)
  else process.stdout.write(doctorText(report))
}

/** Whether each engine can run here; one that is there but did not start says why, too. */
async function engineStatuses({ passedOver }: EngineDescription): Promise<EngineStatus[]> {
  const providers = nodeEngines()
  const failed = (name: EngineName) => passedOver.find((reason) => reason.startsWith(`${name}: `))
  return Promise.all(
    engineNames.map(async (name) => {
      const found = (await providers[name].unavailable()) ?? failed(name)?.slice(name.length + 2)
      if (found === undefined) return { name, reason: null, commands: [] }
      if (name !== 'tensorflow') return { name, reason: found, commands: [] }
      const { problem, commands } = await nativeAdvice(found, process.cwd())
      return { name, reason: problem, commands }
    }),
  )
}

const installer = '@tintjs/libtensorflow'

/**
 * What to do about a native engine that is missing: what `tint-libtensorflow status` says where the project has that
 * command, which knows its package manager and what is wrong; else how to run it.
 */
export async function nativeAdvice(reason: string, folder: string): Promise<Advice> {
  const program = installerProgram(folder)
  const advice = program === undefined ? undefined : await adviceOf(program, folder)
  return advice ?? ownAdvice(reason)
}

/**
 * The commands that an engine's reason names, told apart from it. The installer goes by the name of its package: npx
 * would look up the name of the command among everybody's packages where the project does not have it.
 */
function ownAdvice(reason: string): Advice {
  const commands = [...reason.matchAll(/"((?:npm|npx) [^"]+)"/g)]
    .map(([, command = '']) => command.replace('npx tint-libtensorflow', `npx ${installer}`))
    .filter((command) => command !== '')
  const problem = reason.replace(/[;.] run "np[mx] .*$/i, '.')
  return { problem, commands: commands.length > 0 ? commands : [`npx ${installer} install`] }
}

/** The installer's program, seen from the working folder or from here. */
function installerProgram(folder: string): string | undefined {
  for (const from of [join(folder, 'package.json'), import.meta.url]) {
    try {
      const description = createRequire(from).resolve(`${installer}/package.json`)
      const { bin }: { bin?: Record<string, string> } = JSON.parse(readFileSync(description, 'utf8'))
      const [program] = Object.values(bin ?? {})
      if (program !== undefined) return join(dirname(description), program)
    } catch {
      // Not reachable from there: the next place is tried.
    }
  }
  return undefined
}

/** What the installer advises; undefined where it has nothing to say or cannot run. */
function adviceOf(program: string, folder: string): Promise<Advice | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'status', '--json'], { cwd: folder }, (_failed, stdout) => {
      try {
        const { advice }: { advice?: Partial<Advice> | null } = JSON.parse(stdout)
        const { problem, commands } = advice ?? {}
        resolve(
          typeof problem === 'string' && Array.isArray(commands)
            ? { problem, commands: commands.map(String) }
            : undefined,
        )
      } catch {
        resolve(undefined)
      }
    })
  })
}
