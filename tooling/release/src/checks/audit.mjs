import { lastLines, pnpm } from '../processes.mjs'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'audit',
  about: 'no dependency that users install has a known vulnerability (pnpm audit --prod)',
  scope: 'workspace',
  async run({ workspace, report }) {
    judgeAudit(await pnpm(workspace, ['audit', '--prod', '--json']), report)
  },
}

/**
 * Reports what an audit says.
 *
 * @param {import('../processes.mjs').Finished} audit
 * @param {import('../contract.mjs').Report} report
 */
export function judgeAudit({ stdout, output }, report) {
  const answer = parsed(stdout)
  if (answer?.advisories === undefined) {
    report.unproven({
      found: `the registry gives no audit: ${lastLines(answer?.error?.message ?? output, 3)}`,
      todo: 'Run it where the registry answers audits, as npm’s own does: the workflow of a release does, with --complete.',
    })
    return
  }
  for (const advisory of Object.values(answer.advisories)) {
    report.problem({
      found: `${advisory.module_name} ${advisory.vulnerable_versions}: ${advisory.title} (${advisory.severity}, ${advisory.url})`,
      todo: `Update to ${advisory.patched_versions}; for a dependency of a dependency by \`overrides\` in pnpm-workspace.yaml.`,
    })
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
