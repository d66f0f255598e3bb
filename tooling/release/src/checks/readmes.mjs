import { lastLines, pnpm } from '../processes.mjs'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'readmes',
  about: 'examples of READMEs and docs compile and run, and links lead somewhere (tooling/readme-tests)',
  scope: 'workspace',
  async run({ workspace, report }) {
    const args = [
      'exec',
      'turbo',
      'run',
      'test',
      '--filter',
      '@tooling/readme-tests',
      '--output-logs=new-only',
    ]
    const { code, output } = await pnpm(workspace, args)
    if (code === 0) return
    report.problem({
      found: `the tests of the documents fail:\n${lastLines(output, 60)}`,
      todo: 'Mend the document or what it tells of; `pnpm --filter @tooling/readme-tests test` runs them alone.',
    })
  },
}
