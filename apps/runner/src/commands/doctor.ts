import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { version_core } from '@tensorflow/tfjs-core'
import { type EngineDescription, engineNames, measureMatrixProductRate } from '@tintjs/tensor'
import { nodeEngines, useEngine } from '@tintjs/tensor/node'
import type { Command } from 'commander'
import { addEngineOptions, type EngineOptions } from '../command-options'
import { interruption } from '../interruption'
import { nativeAdvice } from '../native-advice'
import { type DoctorReport, doctorText, type EngineStatus } from '../output/doctor-text'
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
  return Promise.all(
    engineNames.map(async (name): Promise<EngineStatus> => {
      const obstacle =
        (await providers[name].unavailable()) ?? passedOver.find(({ engine }) => engine === name)
      if (obstacle === undefined) return { name, reason: null, commands: [], folder: null }
      if (name !== 'tensorflow') return { name, reason: obstacle.problem, commands: [], folder: null }
      const { problem, commands, folder } = await nativeAdvice(obstacle)
      return { name, reason: problem, commands, folder: commands.length === 0 ? null : folder }
    }),
  )
}
