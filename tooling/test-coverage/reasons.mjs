/**
 * Why parts of files are not reached by tests, as far as they are longer than a few lines. `pnpm coverage` writes them into
 * docs/coverage.md.
 *
 * @type {Readonly<Record<string, string>>} by file, relative to the workspace's root
 */
export const reasons = {}
