/** Runs checks one after another, whatever becomes of each. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { collectReport } from './contract.mjs'
import { packPackages } from './packages.mjs'

/**
 * What became of a check.
 *
 * @typedef {object} Outcome
 * @property {import('./contract.mjs').Check} check
 * @property {import('./contract.mjs').Problem[]} problems none where it passed
 * @property {import('./contract.mjs').Problem[]} gaps what could not be looked at
 * @property {string[]} notes
 * @property {number} seconds
 */

/**
 * Runs every check, and hands out each outcome as it comes.
 *
 * @param {import('./contract.mjs').Check[]} checks
 * @param {import('./packages.mjs').Workspace} workspace built
 * @param {string} temporaryFolder a folder of this run alone, which the caller removes
 * @returns {AsyncGenerator<Outcome>}
 */
export async function* runChecks(checks, workspace, temporaryFolder) {
  let packing
  const packed = () => {
    packing ??= packPackages(workspace, join(temporaryFolder, 'packed'))
    return packing
  }
  for (const check of checks) {
    const folder = join(temporaryFolder, check.name)
    await mkdir(folder, { recursive: true })
    yield await outcomeOf(check, { workspace, packed, temporaryFolder: folder })
  }
}

async function outcomeOf(check, context) {
  const report = collectReport()
  const start = performance.now()
  try {
    await check.run({ ...context, report })
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    report.problem({ found, todo: 'The check itself broke off: mend what it says, and run it again.' })
  }
  const { problems, gaps, notes } = report
  return { check, problems, gaps, notes, seconds: (performance.now() - start) / 1000 }
}
