import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@tintjs/tensor'
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { runUnits } from '../run/run-units'
import { UnitProcesses } from './unit-processes'

interface Row {
  readonly unit: number
  readonly value: number
  readonly process: number
}

const unitCount = 12
const form = {
  schema: z.strictObject({ unit: z.int(), value: z.number(), process: z.int() }),
  describe: ({ unit }: { readonly unit?: unknown }) => `unit ${unit}`,
}
const plan = {
  unitCount,
  size: unitCount,
  form,
  cost: () => 1,
  keys: (unit: number) => [{ unit }],
  run: async () => [],
}

const folder = mkdtempSync(join(tmpdir(), 'tint-processes-'))
let processes: UnitProcesses<Row> | undefined
afterEach(() => {
  processes?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(
  count: number,
  data: object = {},
  configuration: object = { base: 100, threads: '1' },
  environment: Readonly<Record<string, string>> = {},
) {
  processes = await UnitProcesses.start<Row>({
    module: new URL('./test-support/counted-units.mjs', import.meta.url),
    data: { base: 100, ...data },
    environment: { TF_NUM_INTRAOP_THREADS: '1', ...environment },
    count,
    configuration,
    configurationForm: { shape: { base: true, threads: true } },
    form,
  })
  return processes
}

async function rowsOf({ run }: UnitProcesses<Row>, signal?: AbortSignal): Promise<Row[]> {
  const rows: Row[] = []
  await runUnits(plan, run, { ahead: 6, signal, onSamples: (samples) => void rows.push(...samples) })
  return rows
}

const units = Array.from({ length: unitCount }, (_, unit) => unit)

describe('UnitProcesses', () => {
  it('share the units, whose samples come in order', async () => {
    const rows = await rowsOf(await start(3))
    expect(rows.map(({ unit, value }) => [unit, value])).toEqual(units.map((unit) => [unit, 100 + unit]))
    expect(new Set(rows.map(({ process }) => process)).size).toBeGreaterThan(1)
    expect(rows.map(({ process }) => process)).not.toContain(process.pid)
  })

  it('replace one that is killed, and compute its unit again', async () => {
    const { mkdirSync } = await import('node:fs')
    mkdirSync(folder, { recursive: true })
    const rows = await rowsOf(await start(2, { killOnce: { unit: 5, file: join(folder, 'killed') } }))
    expect(rows.map(({ unit }) => unit)).toEqual(units)
    expect(new Set(rows.map(({ process }) => process)).size).toBe(3)
  })

  it('fail where a unit kills two, with its number and the signal', async () => {
    await expect(rowsOf(await start(2, { killAt: 4 }))).rejects.toThrow(
      /^Unit 4 lost its process twice\. A process that computes units was ended by SIGKILL\. .* run fewer processes/,
    )
  })

  it('replace one that somebody ends by SIGTERM, idle or at work', async () => {
    const started = await start(2, { waitAt: 3 })
    const [idle] = started.processIds
    process.kill(idle!, 'SIGTERM')
    while (started.processIds.includes(idle!)) await new Promise((turn) => setImmediate(turn))
    // At once, so that all are asked.
    const rows = await Promise.all([0, 1, 2].map((unit) => started.run(unit, {})))
    expect(rows).toMatchObject([0, 1, 2].map((unit) => [{ unit }]))
    expect(started.processIds).toHaveLength(2)
    const controller = new AbortController()
    let starts = 0
    const onShare = () => {
      starts++
      if (starts === 1) for (const id of started.processIds) process.kill(id, 'SIGTERM')
      else controller.abort(new Error('computed again'))
    }
    await expect(started.run(3, { onShare, signal: controller.signal })).rejects.toThrow('computed again')
    expect(starts).toBe(2)
  })

  it('let a Ctrl-C that reaches all of them be, which is for the run to answer', async () => {
    const started = await start(1)
    const [id] = started.processIds
    for (const signal of ['SIGINT', 'SIGHUP'] as const) process.kill(id!, signal)
    expect(await started.run(1, {})).toMatchObject([{ process: id }])
  })

  it('say that the heap was too small, and not what V8 says', async () => {
    const small = { NODE_OPTIONS: '--max-old-space-size=30' }
    const started = await start(1, { fillAt: 1 }, undefined, small)
    await expect(started.run(1, {})).rejects.toThrow(
      /^Unit 1 lost its process twice\. A process that computes units ran out of JavaScript heap memory\. Give each process more of it, e\.g\. NODE_OPTIONS=--max-old-space-size=8192 for 8 GiB, or a smaller batch\.$/,
    )
  })

  it('do not say that memory lacks where one leaves by itself', async () => {
    const started = await start(1, { leaveAt: 1 })
    await expect(started.run(1, {})).rejects.toThrow(
      /^Unit 1 lost its process twice\. A process that computes units left in the middle of its work, as by process\.exit\(0\)\. Start again\.$/,
    )
  })

  it.each([0, -1, 1.5])('refuse to be %d', async (count) => {
    await expect(start(count)).rejects.toThrow(InputError)
    await expect(start(count)).rejects.toThrow(
      `The number of processes is ${count}; expected a whole number of at least 1.`,
    )
  })

  it('fail as a unit fails, under the same name', async () => {
    await expect(rowsOf(await start(2, { breakAt: 7 }))).rejects.toMatchObject({
      name: 'NotFiniteError',
      message: 'unit 7 is broken',
    })
  })

  it('fail as the system fails, with its code and call', async () => {
    await expect(rowsOf(await start(1, { readAt: 2 }))).rejects.toMatchObject({
      name: 'Error',
      code: 'ENOENT',
      errno: -2,
      syscall: 'open',
      path: '/no/such/file',
      stack: expect.stringContaining('counted-units.mjs'),
    })
  })

  it('say that memory may lack where one is lost while it loads', async () => {
    await expect(start(2, { killLoading: true })).rejects.toThrow(
      /was ended by SIGKILL\. It was loading: the machine may lack the memory for 2 models; run fewer processes\.$/,
    )
  })

  it('start no process after they were stopped', async () => {
    const stopped = await start(2)
    stopped.stop()
    await expect(rowsOf(stopped)).rejects.toThrow('The processes were stopped')
  })

  it('give nothing that a stopped unit has left behind', async () => {
    const started = await start(1)
    const controller = new AbortController()
    const first = started.run(1, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    expect(await started.run(2, {})).toMatchObject([{ unit: 2, value: 102 }])
  })

  it('fail as the preparation fails', async () => {
    await expect(start(2, { refuse: 'There is no such model.' })).rejects.toMatchObject({
      name: 'InputError',
      message: 'There is no such model.',
    })
  })

  it('refuse to compute with another configuration, and say in what it differs', async () => {
    await expect(start(1, {}, { base: 99, threads: '1' })).rejects.toThrow(
      'A process would compute with another configuration than the run: base is 100; expected 99.',
    )
  })

  it('take no samples that are none', async () => {
    await expect(rowsOf(await start(1, { wrongAt: 3 }))).rejects.toThrow(z.ZodError)
  })

  it('stop at once when they are asked to', async () => {
    const controller = new AbortController()
    const running = rowsOf(await start(2, { waitAt: 2 }), controller.signal)
    setTimeout(() => controller.abort(new Error('enough')), 300)
    await expect(running).rejects.toThrow('enough')
  })
})
