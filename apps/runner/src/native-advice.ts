import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  InstallError,
  nativeStatus,
  PACKAGE,
  PACKAGE_VERSION,
  type Advice as StatusAdvice,
  type StatusOptions,
} from '@tintjs/libtensorflow'
import type { Obstacle } from '@tintjs/tensor'

/** What is wrong, the command lines that put it right, and the folder to run them in. */
export interface Advice extends Obstacle {
  readonly folder: string
}

/**
 * What to do about a native engine that cannot run, by the installer, which knows the package manager and what is wrong.
 * The project that counts is the one that this program is installed in: its packages are the ones the engine loads,
 * wherever the working folder is.
 *
 * @param obstacle what the engine says, for what the installer sees no reason for
 * @param program a file of this program
 * @param folder the working folder
 */
export async function nativeAdvice(
  obstacle: Obstacle,
  program: string = fileURLToPath(import.meta.url),
  folder: string = process.cwd(),
): Promise<Advice> {
  const project = projectOf(program) ?? folder
  // Packages of a workspace have commands of their own.
  const cwd = isWithin(folder, project) ? folder : project
  const { problem, commands } =
    (await adviceOf({ cwd })) ?? (await adviceOf({ cwd, packageFolder: nativePackage(program) })) ?? obstacle
  const isGlobal = !existsSync(join(project, 'package.json'))
  return {
    problem,
    commands: isGlobal && commands.length > 0 ? globalCommands(project) : commands,
    folder: cwd,
  }
}

/**
 * The project that a program is installed in, or the checkout that it is built in. Undefined under Yarn's Plug'n'Play,
 * whose packages do not lie in the project.
 */
function projectOf(program: string): string | undefined {
  if (process.versions.pnp !== undefined) return undefined
  const [project = '', ...inside] = program.split(`${sep}node_modules${sep}`)
  return inside.length > 0 ? project : checkoutOf(dirname(program))
}

function checkoutOf(folder: string): string | undefined {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder
  const above = dirname(folder)
  return above === folder ? undefined : checkoutOf(above)
}

function isWithin(folder: string, project: string): boolean {
  return relative(project, folder).split(sep)[0] !== '..'
}

/** The folder of tfjs-node-gpu as the program resolves it, undefined where it has none. */
function nativePackage(program: string): string | undefined {
  try {
    return dirname(createRequire(program).resolve(`${PACKAGE}/package.json`))
  } catch {
    return undefined
  }
}

/** What the installer advises; undefined where everything is well for it, or it cannot choose between copies. */
async function adviceOf({
  cwd,
  packageFolder,
}: { cwd: string } & { packageFolder?: string | undefined }): Promise<StatusAdvice | undefined> {
  const options: StatusOptions = packageFolder === undefined ? { cwd } : { cwd, packageFolder }
  try {
    return (await nativeStatus(options)).advice ?? undefined
  } catch (error) {
    if (error instanceof InstallError) return undefined
    throw error
  }
}

/** Where npm keeps programs for all projects, there is no project to add a package to. */
function globalCommands(folder: string): string[] {
  return [
    `npm install --global --ignore-scripts ${PACKAGE}@${PACKAGE_VERSION}`,
    `npx @tintjs/libtensorflow install --package ${join(folder, 'node_modules', PACKAGE)}`,
  ]
}
