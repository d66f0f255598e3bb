import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { messageOf, systemCode } from './errors.js'

/** Variables of a process, `process.env` above all. */
export type Environment = Record<string, string | undefined>

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/**
 * Runs a command to its end and keeps what it wrote. A non-zero exit code is no error here, and a command that
 * cannot be started is like one that ends with 127, as in a shell.
 */
export function run(
  command: string,
  args: string[],
  options: { env: Environment; cwd?: string; timeoutMs?: number },
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    })
    const kill = () => void child.kill()
    process.on('exit', kill)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    child.on('error', (error) => {
      process.off('exit', kill)
      resolve({
        code: 127,
        signal: null,
        stdout,
        stderr: `it cannot be started (${systemCode(error) ?? messageOf(error)})`,
      })
    })
    child.on('close', (code, signal) => {
      process.off('exit', kill)
      resolve({ code, signal, stdout, stderr })
    })
  })
}

/** All programs of these names on the PATH, in the order of the names, then of the PATH. */
export function findOnPath(names: string[], env: Environment): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return names
    .flatMap((name) => (name.includes('/') ? [name] : folders.map((folder) => join(folder, name))))
    .filter(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Whether a process of this number runs here, whosever it is. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
