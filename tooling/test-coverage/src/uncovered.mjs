import libCoverage from 'istanbul-lib-coverage'

/**
 * Lines of a file that no test reaches, one range.
 *
 * @typedef {{ file: string, first: number, last: number }} UncoveredPart
 */

/**
 * @param {import('istanbul-lib-coverage').FileCoverageData} data
 * @returns {{ first: number, last: number }[]} ranges of lines with statements that never ran; what is between two such lines
 *   and holds no statement that ran belongs to the range
 */
export function uncoveredRanges(data) {
  const hits = libCoverage.createFileCoverage(data).getLineCoverage()
  const lines = Object.keys(hits)
    .map(Number)
    .sort((first, second) => first - second)
  /** @type {{ first: number, last: number }[]} */
  const ranges = []
  let open = false
  for (const line of lines) {
    const last = ranges.at(-1)
    if (hits[line] !== 0) open = false
    else if (open && last !== undefined) last.last = line
    else {
      ranges.push({ first: line, last: line })
      open = true
    }
  }
  return ranges
}

/**
 * A package's share of lines and branches that tests reach.
 *
 * @param {readonly import('istanbul-lib-coverage').FileCoverageData[]} files
 */
export function summaryOf(files) {
  const map = libCoverage.createCoverageMap({})
  for (const file of files) map.addFileCoverage(file)
  const { lines, branches, functions } = map.getCoverageSummary()
  return { lines, branches, functions }
}
