import { InstallError, messageOf } from './errors.js'
import type { FoundPackage } from './locate.js'
import type { InstallRecord } from './place.js'
import { type Machine, targetFor, targetsOf } from './platform.js'
import { addCommand, ownCommand, PACKAGE, PACKAGE_VERSION, shellWord, usesPlugAndPlay } from './project.js'
import type { LoadFailure, LoadResult } from './verify.js'

/** What keeps the native engine from working and what to do about it. */
export interface Advice {
  /** One sentence. */
  problem: string
  /** The command lines to run in the project, in this order; none where nothing helps. */
  commands: string[]
}

/** What is known of a project when advice is asked for. */
export interface Findings {
  machine: Machine
  cwd: string
  /** What the user named with `--package`. */
  explicit: string | undefined
  found: FoundPackage | null
  record: InstallRecord | null
  missing: string | null
  loads: LoadResult | null
}

/** What to do so that the native engine works; null where it does. */
export function adviceFor(findings: Findings): Advice | null {
  const { machine, cwd, explicit, found, record, missing, loads } = findings
  if (loads?.ok) return null
  const unsupported = whyUnsupported(machine)
  if (unsupported !== null) return { problem: unsupported, commands: [] }
  const install = ownCommand(
    cwd,
    explicit === undefined ? 'install' : `install --package ${shellWord(explicit)}`,
  )
  const again = (problem: string): Advice => ({ problem, commands: [install] })
  if (found === null) return missingPackage(cwd, install)
  if (found.version !== PACKAGE_VERSION) {
    const problem = `${PACKAGE} is version ${found.version}, but ${PACKAGE_VERSION} is needed.`
    return { problem, commands: [addCommand(cwd), install] }
  }
  const here = `${machine.os}-${machine.arch}`
  if (record !== null && !targetsOf(machine).some(({ name }) => name === record.target)) {
    return again(`The native library was installed for ${record.target}, but this computer is ${here}.`)
  }
  if (record !== null && missing !== null) return again(`Of the native library, ${missing}.`)
  if (loads === null) return again(`${PACKAGE} has no native library yet.`)
  return brokenEngine(loads, cwd, install)
}

function brokenEngine({ reason, beyond }: LoadFailure, cwd: string, install: string): Advice {
  const problem = `The native engine does not load: ${reason}.`
  if (beyond === undefined) return { problem, commands: [install] }
  return { problem, commands: 'processor' in beyond ? [] : [addCommand(cwd, beyond.addPackage), install] }
}

function whyUnsupported(machine: Machine): string | null {
  try {
    targetFor(machine, false)
    return null
  } catch (error) {
    if (error instanceof InstallError) return messageOf(error)
    throw error
  }
}

function missingPackage(cwd: string, install: string): Advice {
  if (!usesPlugAndPlay(cwd)) {
    return { problem: `${PACKAGE} is not installed here.`, commands: [addCommand(cwd), install] }
  }
  return {
    problem: `This project uses Yarn's Plug'n'Play, which native libraries cannot live in.`,
    commands: ['yarn config set nodeLinker node-modules', addCommand(cwd), install],
  }
}
