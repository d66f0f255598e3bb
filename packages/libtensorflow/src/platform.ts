import { InstallError } from './errors.js'
import { cudaWheels, tensorflowWheels, type Wheel } from './wheels.js'

/** What decides which library fits a computer. */
export interface Machine {
  os: string
  arch: string
  /** The C library of a Linux system; null elsewhere. */
  libc: 'glibc' | 'musl' | null
}

/** One shared library of the wheel and the other names that linkers and the npm package know it by. */
export interface Library {
  file: string
  aliases: string[]
}

/** Everything that differs between platforms. */
export interface Target {
  /** `linux-x64-cpu`, `linux-x64-gpu`, `linux-arm64-cpu`, `darwin-arm64-cpu`. */
  name: string
  gpu: boolean
  /** TensorFlow's wheel first, then NVIDIA's. */
  wheels: [Wheel, ...Wheel[]]
  /** Wheel tags for pip, the one of TensorFlow's wheel first. */
  tags: [string, ...string[]]
  libraries: [Library, Library]
  /** How the loader spells "the folder this file lies in". */
  origin: '$ORIGIN' | '@loader_path'
}

const LINUX_LIBRARIES: [Library, Library] = [
  { file: 'libtensorflow_cc.so.2', aliases: ['libtensorflow.so.2', 'libtensorflow.so'] },
  { file: 'libtensorflow_framework.so.2', aliases: ['libtensorflow_framework.so'] },
]

const MACOS_LIBRARIES: [Library, Library] = [
  { file: 'libtensorflow_cc.2.dylib', aliases: ['libtensorflow.2.dylib', 'libtensorflow.dylib'] },
  { file: 'libtensorflow_framework.2.dylib', aliases: ['libtensorflow_framework.dylib'] },
]

/** NVIDIA tags its wheels for older systems than TensorFlow does, and pip takes exactly the tags it is told. */
const CUDA_TAGS = [
  'manylinux2014_x86_64',
  'manylinux_2_17_x86_64',
  'manylinux2010_x86_64',
  'manylinux_2_12_x86_64',
]

const TARGETS: Target[] = [
  {
    name: 'linux-x64-cpu',
    gpu: false,
    wheels: [tensorflowWheels.linuxX64],
    tags: ['manylinux_2_27_x86_64'],
    libraries: LINUX_LIBRARIES,
    origin: '$ORIGIN',
  },
  {
    name: 'linux-x64-gpu',
    gpu: true,
    wheels: [tensorflowWheels.linuxX64Cuda, ...cudaWheels],
    tags: ['manylinux_2_27_x86_64', ...CUDA_TAGS],
    libraries: LINUX_LIBRARIES,
    origin: '$ORIGIN',
  },
  {
    name: 'linux-arm64-cpu',
    gpu: false,
    wheels: [tensorflowWheels.linuxArm64],
    tags: ['manylinux_2_27_aarch64'],
    libraries: LINUX_LIBRARIES,
    origin: '$ORIGIN',
  },
  {
    name: 'darwin-arm64-cpu',
    gpu: false,
    wheels: [tensorflowWheels.macosArm64],
    tags: ['macosx_12_0_arm64'],
    libraries: MACOS_LIBRARIES,
    origin: '@loader_path',
  },
]

/** The computer this runs on. */
export function thisMachine(): Machine {
  return {
    os: process.platform,
    arch: process.arch,
    libc: process.platform === 'linux' ? libcOfLinux() : null,
  }
}

function libcOfLinux(): 'glibc' | 'musl' {
  const report: unknown = process.report?.getReport()
  const header = isRecord(report) && isRecord(report.header) ? report.header : {}
  return typeof header.glibcVersionRuntime === 'string' ? 'glibc' : 'musl'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** The targets that fit a computer (without and with GPU); empty where TensorFlow has none. */
export function targetsOf(machine: Machine): Target[] {
  if (machine.libc === 'musl') return []
  return TARGETS.filter(({ name }) => name.startsWith(`${machine.os}-${machine.arch}-`))
}

/**
 * The target for a computer.
 * @throws {InstallError} `unsupported-platform`
 */
export function targetFor(machine: Machine, gpu: boolean): Target {
  const targets = targetsOf(machine)
  const here = `${machine.os} ${machine.arch}${machine.libc === 'musl' ? ' with musl' : ''}`
  if (targets.length === 0) {
    throw new InstallError(
      'unsupported-platform',
      `There is no native TensorFlow for ${here} (only for Linux x64 and arm64 with glibc, and macOS arm64), so the WASM engine serves here.`,
    )
  }
  const target = targets.find((candidate) => candidate.gpu === gpu)
  if (target === undefined) {
    throw new InstallError(
      'unsupported-platform',
      `There is no CUDA build of TensorFlow for ${here} (only for Linux x64), so install without --gpu.`,
    )
  }
  return target
}
