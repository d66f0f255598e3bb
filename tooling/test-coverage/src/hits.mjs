/**
 * @typedef {import('istanbul-lib-coverage').FileCoverageData} FileCoverageData
 * @typedef {import('istanbul-lib-coverage').Range} Range
 */

/**
 * Adds the hits of the same source file in another build of it. Both were told apart into statements, branches and functions
 * by what the build left of them, which may differ a little; so the file keeps its own parts, and a part is hit where one
 * that begins at the same place is. A statement that begins nowhere in the other build is hit where all of its line are.
 *
 * @param {FileCoverageData} into
 * @param {FileCoverageData} from
 * @returns {FileCoverageData}
 */
export function withHits(into, from) {
  const ids = Object.keys(from.statementMap)
  const statements = hitsByPlace(ids.map((id) => [placeOf(from.statementMap[id]), from.s[id]]))
  const lines = fewestByLine(ids.map((id) => [from.statementMap[id]?.start.line, from.s[id]]))
  /** @param {Range | undefined} range */
  const hitsOf = (range) => statements.get(placeOf(range)) ?? lines.get(range?.start.line) ?? 0
  const functions = hitsByPlace(
    Object.keys(from.fnMap).map((id) => [placeOf(from.fnMap[id]?.decl), from.f[id]]),
  )
  const branches = hitsByPlace(
    Object.keys(from.branchMap).flatMap((id) =>
      (from.b[id] ?? []).map((count, index) => [wayOf(from.branchMap[id], index), count]),
    ),
  )
  return {
    ...into,
    s: mapEntries(into.s, (count, id) => count + hitsOf(into.statementMap[id])),
    f: mapEntries(into.f, (count, id) => count + (functions.get(placeOf(into.fnMap[id]?.decl)) ?? 0)),
    b: mapEntries(into.b, (counts, id) =>
      counts.map((count, index) => count + (branches.get(wayOf(into.branchMap[id], index)) ?? 0)),
    ),
  }
}

/** @param {Range | undefined} range */
function placeOf(range) {
  return `${range?.start?.line}:${range?.start?.column}`
}

/**
 * One way out of a branch. An `else` that is not written has no place of its own.
 *
 * @param {import('istanbul-lib-coverage').BranchMapping | undefined} branch
 * @param {number} index
 */
function wayOf(branch, index) {
  return `${branch?.type} ${placeOf(branch?.loc)} ${index}`
}

/**
 * @param {(readonly [string, number | undefined])[]} places
 * @returns {ReadonlyMap<string, number>}
 */
function hitsByPlace(places) {
  const hits = new Map()
  for (const [place, count = 0] of places) hits.set(place, Math.max(count, hits.get(place) ?? 0))
  return hits
}

/**
 * @param {(readonly [number | undefined, number | undefined])[]} lines
 * @returns {ReadonlyMap<number | undefined, number>}
 */
function fewestByLine(lines) {
  const fewest = new Map()
  for (const [line, count = 0] of lines) fewest.set(line, Math.min(count, fewest.get(line) ?? count))
  return fewest
}

/**
 * @template Value
 * @param {Record<string, Value>} entries
 * @param {(value: Value, key: string) => Value} change
 * @returns {Record<string, Value>}
 */
function mapEntries(entries, change) {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value, key)]))
}
