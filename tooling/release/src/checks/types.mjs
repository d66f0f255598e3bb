import { compilerOptions, linkedConsumer, typeProblems, writeImports } from '../consumer.mjs'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'types',
  about: 'every export of every entry compiles in a strict project, with moduleResolution node16 and bundler',
  scope: 'packages',
  async run({ workspace, packed, temporaryFolder, report }) {
    const all = await packed()
    await linkedConsumer(workspace, all, temporaryFolder)
    for (const [resolution, options] of Object.entries(compilerOptions)) {
      const { file, program, entries, names } = await writeImports(all, temporaryFolder, options)
      const { ours, others } = typeProblems(file, all, temporaryFolder, options, program)
      for (const { package: name, text } of ours) {
        report.problem({
          package: name,
          found: `with moduleResolution ${resolution}: ${text}`,
          todo: 'Mend the declaration, or declare the dependency whose types it needs.',
        })
      }
      report.note(
        `${resolution}: ${names} names of ${entries} entries compile without skipLibCheck.${othersNote(others)}`,
      )
    }
  },
}

function othersNote(others) {
  if (others.size === 0) return ''
  const list = [...others].map(([name, count]) => `${name} (${count})`).join(', ')
  return ` Dependencies whose own declarations do not: ${list}.`
}
