import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The workspace's root folder, without a slash at its end. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '')

/**
 * A package whose code is measured: what is published. Tooling is not.
 *
 * @typedef {{ name: string, folder: string, system: boolean }} MeasuredPackage
 * @property name in package.json
 * @property folder relative to the root, such as `packages/inner`
 * @property system whether it has tests that start other programs
 */

/** @returns {MeasuredPackage[]} in the order of their folders */
export function measuredPackages() {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'vitest.config.ts')))
      .map((folder) => {
        const { name } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
        return { name, folder, system: existsSync(join(root, folder, 'vitest.system.config.ts')) }
      }),
  )
}
