import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { lastLines, run } from '../processes.mjs'

const require = createRequire(import.meta.url)
const manifest = require.resolve('@arethetypeswrong/cli/package.json')
const program = join(dirname(manifest), require(manifest).bin.attw)

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'attw',
  about: 'TypeScript finds the types of every entry (attw --profile esm-only, on the tarballs)',
  scope: 'packages',
  async run({ packed, temporaryFolder, report }) {
    for (const { name, tarball, manifest: published } of await packed()) {
      if (!hasCode(published)) {
        report.note(`${name} exports no code.`)
        continue
      }
      const args = [
        program,
        tarball,
        '--profile',
        'esm-only',
        '--format',
        'ascii',
        '--no-color',
        '--no-emoji',
      ]
      const { code, output } = await run(process.execPath, args, { cwd: temporaryFolder })
      if (code === 0) continue
      report.problem({
        package: name,
        found: `attw says:\n${lastLines(output, 60)}`,
        todo: 'Mend types and exports in package.json; https://arethetypeswrong.github.io tells what each finding means.',
      })
    }
  },
}

/** Whether a package can be imported: not where it only shows its package.json. */
function hasCode({ exports }) {
  return Object.keys(exports ?? {}).some((entry) => entry !== './package.json')
}
