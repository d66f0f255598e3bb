/**
 * The program of a process that computes units for a run in another process, one at a time. It is started by
 * `UnitProcesses` and ends with its parent.
 */
import { type Answer, failedAnswer, orderSchema } from './messages'
import type { PreparedUnits, PrepareUnits } from './prepared-units'

let prepared: PreparedUnits<unknown> | undefined

async function prepare(module: string, data: unknown): Promise<void> {
  const { prepareUnits } = (await import(module)) as { prepareUnits: PrepareUnits }
  prepared = await prepareUnits(data)
  tell({ kind: 'ready', configuration: { ...prepared.configuration } })
}

async function compute(unit: number): Promise<void> {
  if (prepared === undefined) throw new Error('A unit was asked for before anything was prepared.')
  const onShare = (share: number) => tell({ kind: 'share', share })
  tell({ kind: 'samples', samples: [...(await prepared.runUnit(unit, { onShare }))] })
}

async function obey(message: unknown): Promise<void> {
  try {
    const order = orderSchema.parse(message)
    if (order.kind === 'prepare') await prepare(order.module, order.data)
    else await compute(order.unit)
  } catch (error) {
    tell(failedAnswer(error))
  }
}

function tell(answer: Answer): void {
  process.send?.(answer)
}

process.on('message', (message) => void obey(message))
process.on('disconnect', () => process.exit())
// Ctrl-C and the end of a terminal reach every process of it; what they mean for units is for the run to say. SIGTERM is
// meant for this process, and ends it.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
