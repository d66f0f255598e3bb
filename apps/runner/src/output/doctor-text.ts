import type { EngineDescription, EngineName, ProviderName } from '@tintjs/tensor'
import { engineText } from '../session'
import { bytesText } from './numbers'
import { pairsText } from './print'

/** Whether an engine can run here. */
export interface EngineStatus {
  readonly name: EngineName
  /** Why it cannot; null where it can. */
  readonly reason: string | null
  /** The command lines that change it, in their order; none where it can run or nothing helps. */
  readonly commands: readonly string[]
  /** Where to run them; null where there are none. */
  readonly folder: string | null
}

/** What `tint doctor --json` prints. */
export interface DoctorReport {
  readonly engine: ProviderName
  /** Of the engine that was chosen, with its rate on large matrix products. */
  readonly engineDetails: EngineDescription & { readonly gflopPerSecond: number }
  /** All engines, the fastest first. */
  readonly engines: readonly EngineStatus[]
  readonly versions: { readonly node: string; readonly tfjs: string }
  readonly machine: {
    readonly platform: string
    readonly processor: string
    readonly cores: number
    readonly memoryBytes: number
    readonly freeMemoryBytes: number
  }
}

/** What the doctor found, for people. */
export function doctorText({ engine, engineDetails, engines, versions, machine }: DoctorReport): string {
  const others = engines.filter(({ name, reason }) => name !== engine && reason === null)
  const facts = pairsText({
    engine: `${engineText(engineDetails)}: ${engineDetails.gflopPerSecond.toFixed(1)} GFLOP/s on large matrix products`,
    ...(others.length === 0 ? {} : { others: others.map(({ name }) => name).join(', ') }),
    versions: `Node ${versions.node}, TensorFlow.js ${versions.tfjs}`,
    machine: `${machine.platform}, ${machine.processor}, ${machine.cores} cores`,
    memory: `${bytesText(machine.memoryBytes)}, ${bytesText(machine.freeMemoryBytes)} of it free`,
  })
  const missing = engines.filter(({ reason }) => reason !== null)
  const advice = missing.map((status) => {
    return `\n${status.name} is missing: ${status.reason}\n${commandsText(status)}`
  })
  const verdict =
    missing.length === 0 ? '\nEverything is in place.\n' : '\nEverything works without it, more slowly.\n'
  return `${facts}\n${advice.join('')}${verdict}`
}

function commandsText({ commands, folder }: EngineStatus): string {
  if (commands.length === 0) return ''
  return `To have it, run in ${folder}:\n${commands.map((command) => `  ${command}\n`).join('')}`
}
