import { relative } from 'node:path'
import { reasonFor } from '../reasons.mjs'
import { summaryOf, uncoveredRanges } from './uncovered.mjs'
import { root } from './workspace.mjs'

/**
 * @typedef {{ name: string, folder: string, files: import('istanbul-lib-coverage').FileCoverageData[] }} Measured
 * @typedef {import('./uncovered.mjs').UncoveredPart} UncoveredPart
 */

/** Uncovered parts of so many lines, from first to last, have a reason each. */
const fewLines = 4

/** @param {readonly Measured[]} packages @returns {string} docs/coverage.md */
export function coveragePage(packages) {
  const total = summaryOf(packages.flatMap(({ files }) => files))
  const rows = packages.map(({ folder, files }) => {
    const { lines, branches } = summaryOf(files)
    return `| [\`${folder}\`](../${folder}) | ${shareOf(lines)} | ${shareOf(branches)} |`
  })
  const parts = longParts(packages)
  const list = [...groupBy(parts, ({ file }) => reasonFor(file)?.place ?? file)].map(([place, own]) => {
    const files = [...groupBy(own, ({ file }) => file)].map(([file, ranges]) => {
      const lines = ranges.map(rangeText).join(', ')
      return file === place ? lines : `${file.slice(place.length)}: ${lines}`
    })
    return `| [\`${place}\`](../${place}) | ${files.join('; ')} | ${reasonFor(own[0]?.file ?? '')?.reason ?? ''} |`
  })
  const short = packages.flatMap(uncoveredParts).length - parts.length
  return `# Coverage

Which lines and branches of the published packages the tests reach, those of \`npm test\` and of \`npm run test:system\`
together, also in the processes that tests start. \`pnpm coverage\` runs them, on WASM and for \`packages/tensor\` on the native
engine too, and writes this page. Lines are those of the code at that time.

| package | lines | branches |
| --- | ---: | ---: |
${rows.join('\n')}
| **all** | **${shareOf(total.lines)}** | **${shareOf(total.branches)}** |

## Parts that are not reached

Parts of more than ${fewLines - 1} lines, with the reason. Beside these there are ${short} shorter ones.

| file | lines | reason |
| --- | --- | --- |
${list.join('\n')}
`
}

/** @param {readonly Measured[]} packages @returns {UncoveredPart[]} parts of more than a few lines without a reason */
export function unexplained(packages) {
  return longParts(packages).filter(({ file }) => reasonFor(file) === undefined)
}

/** @param {readonly Measured[]} packages @returns {UncoveredPart[]} */
function longParts(packages) {
  return packages.flatMap(uncoveredParts).filter(({ first, last }) => last - first + 1 >= fewLines)
}

/** @param {Measured} measured @returns {UncoveredPart[]} */
function uncoveredParts({ files }) {
  return files.flatMap((data) => {
    const file = relative(root, data.path).replaceAll('\\', '/')
    return uncoveredRanges(data).map((range) => ({ file, ...range }))
  })
}

/**
 * @param {readonly UncoveredPart[]} parts
 * @param {(part: UncoveredPart) => string} keyOf
 */
function groupBy(parts, keyOf) {
  /** @type {Map<string, UncoveredPart[]>} */
  const groups = new Map()
  for (const part of parts) groups.set(keyOf(part), [...(groups.get(keyOf(part)) ?? []), part])
  return groups
}

/** @param {UncoveredPart} part */
function rangeText({ first, last }) {
  return first === last ? `${first}` : `${first}-${last}`
}

/** @param {{ covered: number, total: number }} counts */
function shareOf({ covered, total }) {
  return `${total === 0 ? 100 : ((100 * covered) / total).toFixed(1)} % of ${total}`
}
