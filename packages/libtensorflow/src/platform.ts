import { release } from 'node:os'
import { InstallError } from './errors.js'
import { cudaWheels, tensorflowWheels, type Wheel } from './wheels.js'

/** What decides which library fits a computer. */
export interface Machine {
  os: string
  arch: string
  /** The C library of a Linux system; null elsewhere. */
  libc: 'glibc' | 'musl' | null
  /** The version of glibc or of macOS, such as `2.36`, where it is known. */
  systemVersion?: string
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
  /** The oldest glibc or macOS that the wheel's tag promises to work on. */
  oldestSystem: string
  /** The most that downloading and unpacking takes on the disk at once, roughly: wheels and what is taken out of them. */
  diskBytes: number
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
    oldestSystem: '2.27',
    diskBytes: 1_150e6,
    origin: '$ORIGIN',
  },
  {
    name: 'linux-x64-gpu',
    gpu: true,
    wheels: [tensorflowWheels.linuxX64Cuda, ...cudaWheels],
    tags: ['manylinux_2_27_x86_64', ...CUDA_TAGS],
    libraries: LINUX_LIBRARIES,
    oldestSystem: '2.27',
    diskBytes: 7e9,
    origin: '$ORIGIN',
  },
  {
    name: 'linux-arm64-cpu',
    gpu: false,
    wheels: [tensorflowWheels.linuxArm64],
    tags: ['manylinux_2_27_aarch64'],
    libraries: LINUX_LIBRARIES,
    oldestSystem: '2.27',
    diskBytes: 1_200e6,
    origin: '$ORIGIN',
  },
  {
    name: 'darwin-arm64-cpu',
    gpu: false,
    wheels: [tensorflowWheels.macosArm64],
    tags: ['macosx_12_0_arm64'],
    libraries: MACOS_LIBRARIES,
    oldestSystem: '12',
    diskBytes: 1_000e6,
    origin: '@loader_path',
  },
]

/** The computer this runs on. */
export function thisMachine(): Machine {
  const { platform: os, arch } = process
  if (os === 'linux') {
    const glibc = glibcVersion()
    return glibc === null ? { os, arch, libc: 'musl' } : { os, arch, libc: 'glibc', systemVersion: glibc }
  }
  return { os, arch, libc: null, ...(os === 'darwin' ? { systemVersion: macosVersion(release()) } : {}) }
}

/** The version of glibc that this Node runs on; null where it runs on musl. */
function glibcVersion(): string | null {
  const report: unknown = process.report?.getReport()
  const header = isRecord(report) && isRecord(report.header) ? report.header : {}
  return typeof header.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : null
}

/** The macOS of a Darwin kernel: 20 is macOS 11, up to 24, which is 15; then Apple counted by years, and 25 is 26. */
export function macosVersion(kernel: string): string {
  const major = Number.parseInt(kernel, 10)
  return String(major >= 25 ? major + 1 : major - 9)
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
  if (isOlder(machine.systemVersion, target.oldestSystem)) {
    const system = machine.os === 'darwin' ? 'macOS' : 'glibc'
    throw new InstallError(
      'unsupported-platform',
      `TensorFlow needs ${system} ${target.oldestSystem} or newer and this is ${system} ${machine.systemVersion}, so the WASM engine serves here.`,
    )
  }
  return target
}

/** Whether a version such as `2.17` is older than another; one that is not known is not. */
function isOlder(version: string | undefined, than: string): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = than.split('.').map(Number)
  if (version === undefined || Number.isNaN(major)) return false
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}
