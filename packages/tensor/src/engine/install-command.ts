import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The installer's package in a checkout of this repository. */
const installer = join('packages', 'libtensorflow')

/**
 * The command that puts the native library in place: of the checkout in which this program runs, else of the package
 * registry.
 *
 * @param program a file of this program
 */
export function installCommand(program: string = fileURLToPath(import.meta.url)): string {
  const checkout = checkoutOf(dirname(program))
  if (checkout === undefined) return 'npx @tintjs/libtensorflow install'
  return `node ${relative(process.cwd(), join(checkout, installer, 'dist', 'cli.js'))} install`
}

/** The nearest folder above that is a pnpm workspace with the installer's package. */
function checkoutOf(folder: string): string | undefined {
  if (existsSync(join(folder, 'pnpm-workspace.yaml')) && existsSync(join(folder, installer, 'package.json')))
    return folder
  const above = dirname(folder)
  return above === folder ? undefined : checkoutOf(above)
}
