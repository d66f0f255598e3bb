import { limitsFile, measureSizes, measures, readLimits } from '../sizes.mjs'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'sizes',
  about: `no package is larger than its limit in ${limitsFile}`,
  scope: 'packages',
  async run({ workspace, packed, report }) {
    const limits = await readLimits(workspace.root)
    const all = await packed()
    const total = { tarball: 0, entries: 0 }
    for (const published of all) {
      const sizes = await measureSizes(published)
      for (const [measure, size] of Object.entries(sizes)) {
        total[measure] += size
        const problem = sizeProblem(measure, size, limits[published.name]?.[measure])
        if (problem !== undefined) report.problem({ package: published.name, ...problem })
      }
    }
    for (const name of Object.keys(limits).filter(
      (known) => !all.some((published) => published.name === known),
    )) {
      report.problem({ found: `${limitsFile} has ${name}, which is not published`, todo: 'Take it out.' })
    }
    report.note(`All tarballs: ${bytes(total.tarball)}; all code: ${bytes(total.entries)}.`)
  },
}

function sizeProblem(measure, size, known) {
  const todo = `Find what made it grow; if it is worth it, run \`node tooling/release/size-limits.mjs\` and commit ${limitsFile}.`
  if (known === undefined) return { found: `${measures[measure]}: ${bytes(size)}, and no limit`, todo }
  if (size <= known.limit) return undefined
  const was = `limit ${bytes(known.limit)}, ${bytes(known.today)} when that was set`
  return { found: `${measures[measure]}: ${bytes(size)}; ${was}`, todo }
}

function bytes(count) {
  return `${count.toLocaleString('en-US')} bytes`
}
