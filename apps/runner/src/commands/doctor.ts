import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { version_core } from '@tensorflow/tfjs-core'
import {
  type EngineDescription,
  EngineError,
  type EngineName,
  engineNames,
  measureMatrixProductRate,
} from '@tintjs/tensor'
import { nodeEngines, useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { addEngineOptions, type EngineOptions } from '../command-options'
import { interruption } from '../interruption'
import { type DoctorReport, doctorText, type EngineStatus } from '../output/doctor-text'
import { printJson } from '../output/print'

/** Adds the options and the action of `tint doctor`. */
export function configure(command: Command): void {
  addEngineOptions(command).action(run)
}

async function run(options: EngineOptions): Promise<void> {
  const engines = await engineStatuses()
  const engine = await startBest(options.engine, engines)
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

async function engineStatuses(): Promise<EngineStatus[]> {
  const providers = nodeEngines()
  return Promise.all(
    engineNames.map(async (name) => ({ name, reason: (await providers[name].unavailable()) ?? null })),
  )
}

/** Starts what was asked for. A native library that is there but broken is a finding, not the end of the visit. */
async function startBest(choice: EngineName | 'auto', engines: EngineStatus[]): Promise<EngineDescription> {
  try {
    return await useEngine(choice)
  } catch (error) {
    if (choice !== 'auto' || !(error instanceof EngineError)) throw error
    const native = engines.findIndex(({ name }) => name === 'tensorflow')
    engines.splice(native, 1, { name: 'tensorflow', reason: error.message })
    return useEngine('wasm')
  }
}
