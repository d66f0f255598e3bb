/**
 * Why parts of files are not reached by tests, as far as they are longer than a few lines. `pnpm coverage` writes them into
 * docs/coverage.md.
 *
 * @type {Readonly<Record<string, string>>} by file, or by folder with a `/` at its end, relative to the workspace's root
 */
export const reasons = {
  'packages/adapter-testing/src/subject.ts':
    "Models of a configuration alone: tried by the contract tests of the families' packages, which load this one as it is built; only a package's own sources are measured there.",
  'packages/construct/src/operators/linear-attention.ts':
    'Forms of linear attention that no module has; reached only by a defect.',
  'packages/construct/src/program/compile.ts':
    'Names of products whose factors are residuals, sums or products, which no family has; such trees are tried by `tooling/numerics`, whose processes are not measured.',
  'packages/evaluate/src/datasets/lines.ts':
    'A line longer than any row may be: the test would need a file of that size.',
  'packages/evaluate/src/processes/messages.ts':
    'Runs in processes whose unit fails. The run kills them (SIGKILL), so that they write down nothing.',
  'packages/inner/src/checkpoint/checkpoint-as.ts':
    'For tests of other packages, which load this one as it is built: `@tintjs/inner/testing`.',
  'packages/tensor/src/engine/webgpu.ts': 'Needs a GPU in a browser.',
  'apps/explorer/src/':
    'Code of the page and its worker. `test:system` tries it in a Chromium, whose coverage is not measured.',
  'apps/runner/src/commands/evaluate.ts':
    "`tint evaluate` as a worker of a queue. The queue's tests run `tint perplexity`, which does the same from there on.",
  'apps/runner/src/output/progress.ts': 'A bar that needs a terminal.',
  'apps/runner/src/run/run-progress.ts': 'A bar that needs a terminal.',
  'apps/runner/src/queue/run-record.ts':
    'Which of several runs in one Redis a worker may have meant; the tests have one at a time.',
}

/**
 * @param {string} file
 * @returns {{ place: string, reason: string } | undefined} the file or its folder, and the reason for what lies there
 */
export function reasonFor(file) {
  const found = Object.entries(reasons).find(
    ([place]) => file === place || (place.endsWith('/') && file.startsWith(place)),
  )
  return found && { place: found[0], reason: found[1] }
}
