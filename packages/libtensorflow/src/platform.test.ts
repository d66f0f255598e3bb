import { describe, expect, it } from 'vitest'
import { destinationOf, HEADERS, requiredNames } from './contents.js'
import { type Machine, macosVersion, targetFor, targetsOf, thisMachine } from './platform.js'
import { cudaWheels, tensorflowWheels } from './wheels.js'

const LINUX: Machine = { os: 'linux', arch: 'x64', libc: 'glibc' }
const MAC: Machine = { os: 'darwin', arch: 'arm64', libc: null }

describe('targetFor', () => {
  it('chooses the wheel of each platform', () => {
    expect(targetFor(LINUX, false).wheels).toEqual([tensorflowWheels.linuxX64])
    expect(targetFor({ ...LINUX, arch: 'arm64' }, false).wheels).toEqual([tensorflowWheels.linuxArm64])
    expect(targetFor(MAC, false).wheels).toEqual([tensorflowWheels.macosArm64])
    expect(targetFor(LINUX, true).wheels).toEqual([tensorflowWheels.linuxX64Cuda, ...cudaWheels])
  })

  it.each<[string, Machine]>([
    ['win32 x64', { os: 'win32', arch: 'x64', libc: null }],
    ['darwin x64', { os: 'darwin', arch: 'x64', libc: null }],
    ['linux riscv64', { os: 'linux', arch: 'riscv64', libc: 'glibc' }],
    ['linux x64 with musl', { os: 'linux', arch: 'x64', libc: 'musl' }],
  ])('says in one sentence that WASM serves on %s', (name, machine) => {
    expect(targetsOf(machine)).toEqual([])
    expect(() => targetFor(machine, false)).toThrow(expect.objectContaining({ code: 'unsupported-platform' }))
    expect(() => targetFor(machine, false)).toThrow(`no native TensorFlow for ${name} `)
    expect(() => targetFor(machine, false)).toThrow(/so the WASM engine serves here\.$/)
  })

  it('has no CUDA but on Linux x64', () => {
    expect(() => targetFor(MAC, true)).toThrow(/no CUDA build.*install without --gpu/)
  })

  it.each<[Machine, string | null]>([
    [
      { ...LINUX, systemVersion: '2.17' },
      'needs glibc 2.27 or newer and this is glibc 2.17, so the WASM engine',
    ],
    [{ ...LINUX, systemVersion: '2.27' }, null],
    [{ ...LINUX, systemVersion: '2.100' }, null],
    [{ ...LINUX, systemVersion: 'unknown' }, null],
    [{ ...MAC, systemVersion: '11' }, 'needs macOS 12 or newer and this is macOS 11'],
    [{ ...MAC, systemVersion: '12' }, null],
  ])('knows on %j whether the system is too old', (machine, sentence) => {
    if (sentence === null) expect(targetFor(machine, false).gpu).toBe(false)
    else expect(() => targetFor(machine, false)).toThrow(sentence)
  })

  it.each([
    ['20.6.0', '11'],
    ['21.0.0', '12'],
    ['24.1.0', '15'],
    ['25.0.0', '26'],
  ])('knows the macOS of Darwin %s', (kernel, version) => {
    expect(macosVersion(kernel)).toBe(version)
  })

  it('has one tag for pip that the wheel carries', () => {
    for (const machine of [LINUX, MAC, { ...LINUX, arch: 'arm64' }]) {
      for (const { wheels, tags } of targetsOf(machine)) {
        for (const { file } of wheels) expect(tags.some((tag) => file.endsWith(`${tag}.whl`))).toBe(true)
      }
    }
  })

  it('knows this computer', () => {
    const { os, arch, libc } = thisMachine()
    expect([os, arch]).toEqual([process.platform, process.arch])
    expect(libc === null).toBe(os !== 'linux')
  })
})

describe('destinationOf', () => {
  const cpu = targetFor(LINUX, false)
  const gpu = targetFor(LINUX, true)

  it('wants two libraries and fourteen headers', () => {
    expect(HEADERS).toHaveLength(14)
    expect(requiredNames(cpu).size).toBe(16)
    expect(destinationOf(cpu, 'tensorflow/libtensorflow_cc.so.2')).toBe('lib/libtensorflow_cc.so.2')
    expect(destinationOf(targetFor(MAC, false), 'tensorflow/libtensorflow_cc.2.dylib')).toBe(
      'lib/libtensorflow_cc.2.dylib',
    )
    expect(destinationOf(cpu, 'tensorflow/include/tensorflow/c/c_api.h')).toBe('include/tensorflow/c/c_api.h')
  })

  it.each([
    'tensorflow/python/_pywrap.so',
    '../tensorflow/libtensorflow_cc.so.2',
    '/tensorflow/libtensorflow_cc.so.2',
    'tensorflow/../tensorflow/libtensorflow_cc.so.2',
    'nvidia/cublas/lib/../../../../evil.so',
    'nvidia/../lib/evil.so',
    'nvidia/cublas/lib/sub/evil.so',
    'nvidia/cublas/lib/__init__.py',
    'nvidia/cublas/include/cublas.h',
    '',
  ])('refuses %j', (name) => {
    expect(destinationOf(cpu, name)).toBeNull()
    expect(destinationOf(gpu, name)).toBeNull()
  })

  it("takes NVIDIA's libraries for the GPU only, to where TensorFlow looks for them", () => {
    const name = 'nvidia/cublas/lib/libcublas.so.12'
    expect(destinationOf(gpu, name)).toBe(name)
    expect(destinationOf(cpu, name)).toBeNull()
  })
})
