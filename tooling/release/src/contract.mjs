/**
 * What a check is. Each file of `checks/` exports one, as `check`; `checks/index.mjs` lists them in the order in which
 * they run. `src/run-checks.mjs` runs all of them, also after one has failed or thrown.
 *
 * @typedef {object} Check
 * @property {string} name a short word, for `--only`
 * @property {string} about one line: what is true of the packages when the check passes
 * @property {'packages' | 'workspace'} scope whether it looks at each package, or at the workspace as a whole
 * @property {(context: CheckContext) => void | Promise<void>} run reports what it found; a check that reports no
 *   problem has passed. What it throws counts as a problem.
 *
 * @typedef {object} CheckContext
 * @property {import('./packages.mjs').Workspace} workspace the repository and its publishable packages
 * @property {() => Promise<import('./packages.mjs').PackedPackage[]>} packed every publishable package as it would be
 *   published, packed once for all checks; not to be changed
 * @property {string} temporaryFolder an empty folder of this check alone, outside the workspace, removed after the run
 * @property {Report} report
 *
 * @typedef {object} Report
 * @property {(problem: Problem) => void} problem something that keeps a package from being published
 * @property {(text: string) => void} note a fact worth a line, which keeps nothing from being published
 * @property {(problem: Problem) => void} unproven something that could not be looked at here, such as a service of the
 *   registry that does not answer; fails with `--complete` only
 *
 * @typedef {object} Problem
 * @property {string} [package] the package's name; left out for a problem of the workspace
 * @property {string} found what is so, and what was expected
 * @property {string} todo what to do about it
 */

/**
 * A report that keeps what it is told.
 *
 * @returns {Report & { problems: Problem[], gaps: Problem[], notes: string[] }}
 */
export function collectReport() {
  const problems = []
  const gaps = []
  const notes = []
  return {
    problems,
    gaps,
    notes,
    problem: (problem) => void problems.push(problem),
    unproven: (problem) => void gaps.push(problem),
    note: (text) => void notes.push(text),
  }
}
