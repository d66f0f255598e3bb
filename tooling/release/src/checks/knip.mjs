import { join } from 'node:path'
import { lastLines, run } from '../processes.mjs'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'knip',
  about: 'no file, export or dependency that nothing uses, none used that is not declared (knip)',
  scope: 'workspace',
  async run({ workspace, report }) {
    const program = join(workspace.root, 'node_modules', 'knip', 'bin', 'knip.js')
    const args = [program, '--no-progress', '--no-config-hints', '--reporter', 'compact']
    const { code, output } = await run(process.execPath, args, { cwd: workspace.root })
    if (code === 0) return
    report.problem({
      found: `knip found:\n${lastLines(output, 60)}`,
      todo: 'Remove what nothing uses. What is used in a way that knip cannot see goes to knip.jsonc, with its reason.',
    })
  },
}
