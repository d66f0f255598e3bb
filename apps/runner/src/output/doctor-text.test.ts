import { describe, expect, it } from 'vitest'
import { type DoctorReport, doctorText, type EngineStatus } from './doctor-text'

const report = (tensorflow: Omit<EngineStatus, 'name'>): DoctorReport => ({
  engine: 'wasm',
  engineDetails: {
    name: 'wasm',
    version: '4.22.0',
    threads: 1,
    device: 'CPU',
    passedOver: [],
    gflopPerSecond: 28,
  },
  engines: [
    { name: 'tensorflow', ...tensorflow },
    { name: 'wasm', reason: null, commands: [], folder: null },
    { name: 'cpu', reason: null, commands: [], folder: null },
  ],
  versions: { node: '20.0.0', tfjs: '4.22.0' },
  machine: { platform: 'linux-x64', processor: 'x', cores: 2, memoryBytes: 2e9, freeMemoryBytes: 1e9 },
})

describe('doctorText', () => {
  it('says that everything is in place', () => {
    expect(doctorText(report({ reason: null, commands: [], folder: null }))).toMatch(
      /\nEverything is in place\.\n$/,
    )
  })

  it('ends with the commands to run, a line each', () => {
    const commands = ['pnpm add x', 'pnpm exec y']
    const text = doctorText(report({ reason: 'It is not there.', commands, folder: '/project' }))
    expect(text).toContain(
      '\ntensorflow is missing: It is not there.\nTo have it, run in /project:\n  pnpm add x\n  pnpm exec y\n\nEverything works without it',
    )
  })

  it('names no command where none helps', () => {
    const text = doctorText(
      report({ reason: 'There is none for this computer.', commands: [], folder: null }),
    )
    expect(text).toContain('\ntensorflow is missing: There is none for this computer.\n\nEverything works')
  })
})
