import { type Environment, findOnPath } from './processes.js'

/** What may be missing on a computer. */
export type SystemPackage = 'compiler' | 'pip'

/** The command of each system's own tool, in the order they are looked for. */
const COMMANDS: [string, Record<SystemPackage, string>][] = [
  ['apt-get', { compiler: 'sudo apt install g++', pip: 'sudo apt install python3-pip' }],
  ['dnf', { compiler: 'sudo dnf install gcc-c++', pip: 'sudo dnf install python3-pip' }],
  ['yum', { compiler: 'sudo yum install gcc-c++', pip: 'sudo yum install python3-pip' }],
  ['zypper', { compiler: 'sudo zypper install gcc-c++', pip: 'sudo zypper install python3-pip' }],
  ['pacman', { compiler: 'sudo pacman -S gcc', pip: 'sudo pacman -S python-pip' }],
]

/** The command that installs what is missing, for this system; for the two most common ones where it is unknown. */
export function systemCommand(what: SystemPackage, env: Environment): string {
  if (process.platform === 'darwin') return 'xcode-select --install'
  const here = COMMANDS.find(([tool]) => findOnPath([tool], env).length > 0)
  return here?.[1][what] ?? `${COMMANDS[0]?.[1][what]}, or ${COMMANDS[1]?.[1][what]}`
}
