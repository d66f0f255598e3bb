import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSafetensorsHeader, readTensorData } from '@tintjs/tensor'
import { openFileSource } from '@tintjs/tensor/node'

/** The built command, which the tests run as people do. */
const script = fileURLToPath(new URL('../dist/tint.js', import.meta.url))

/** What a run of the command left behind. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  /** Without the lines that tell how far work has come, which depend on how fast the machine is. */
  readonly stderr: string
}

/** How to run the command. */
export interface RunOptions {
  /** Presses Ctrl-C after so many milliseconds. */
  readonly interruptAfter?: number
  /** Presses Ctrl-C as soon as this says so; it is asked every few milliseconds, with the command's process id. */
  readonly interruptWhen?: (id: number) => boolean
  /** What is sent in place of Ctrl-C. */
  readonly interruptBy?: NodeJS.Signals
  /** Whether it reaches all processes of the command, as a terminal's Ctrl-C does, and not the first alone. */
  readonly interruptAll?: boolean
  /** Its working folder; this process's own by default. */
  readonly cwd?: string
  /** Variables besides those of this process. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs the built command. */
export function runTint(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { FORCE_COLOR: _, ...inherited } = process.env
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: { ...inherited, ...options.environment },
    detached: options.interruptAll ?? false,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const { interruptAfter, interruptWhen, interruptBy = 'SIGINT', interruptAll } = options
  const interrupt = () => {
    if (interruptAll && child.pid !== undefined) process.kill(-child.pid, interruptBy)
    else child.kill(interruptBy)
  }
  if (interruptAfter !== undefined) setTimeout(interrupt, interruptAfter)
  const watch = setInterval(() => {
    if (child.pid === undefined || !interruptWhen?.(child.pid)) return
    // Once: a second Ctrl-C ends the command without another word.
    clearInterval(watch)
    interrupt()
  }, 2)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(watch)
      resolve({ code, stdout, stderr: withoutProgress(stderr) })
    })
  })
}

/** Leaves away lines such as `loading: 25 %`, and `perplexity: 6 of 7 contexts, ...` of runs that take half a minute. */
function withoutProgress(stderr: string): string {
  return stderr.replaceAll(/^\w+( \w+)*: (\d+ %|\d+ of \d+ .+ a second, .+ left)\n/gm, '')
}

/** The one JSON object that a run printed; its messages are shown where it failed. */
export async function runJson(args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runTint([...args, '--json'])
  if (code !== 0) throw new Error(`tint ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

/** A command with the right options, some of them changed; undefined leaves one out. */
export function optionArgs(
  command: string,
  rightOptions: Readonly<Record<string, string>>,
  changed: Readonly<Record<string, string | undefined>> = {},
  ...flags: readonly string[]
): string[] {
  const all = Object.entries({ ...rightOptions, ...changed })
  const given = all.flatMap(([option, value]) => (value === undefined ? [] : [option, value]))
  return [command, ...given, ...flags]
}

/** A folder for a test's files, with `remove` to call afterwards. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'tint-runner-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Writes JSON and gives the path back. */
export function writeJson(folder: string, name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

/** Copies the files of a folder. */
export function copyFolder(from: string, to: string): void {
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name))
}

/** All tensors of a safetensors file. */
export async function readTensors(
  path: string,
): Promise<Map<string, { shape: readonly number[]; data: Float32Array }>> {
  const file = await openFileSource(path)
  try {
    const { tensors } = await readSafetensorsHeader(file)
    const read = new Map<string, { shape: readonly number[]; data: Float32Array }>()
    for (const [name, entry] of tensors) {
      read.set(name, { shape: entry.shape, data: await readTensorData(file, entry) })
    }
    return read
  } finally {
    await file.close()
  }
}

/** Changes a safetensors file's header and leaves its data as they are. */
export function editHeader(
  path: string,
  edit: (header: Record<string, { shape: number[]; data_offsets: [number, number]; dtype: string }>) => void,
): void {
  const bytes = readFileSync(path)
  const length = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'))
  edit(header)
  const text = Buffer.from(JSON.stringify(header))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(text.length))
  writeFileSync(path, Buffer.concat([size, text, bytes.subarray(8 + length)]))
}
