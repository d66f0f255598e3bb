import { defineConfig } from 'vitest/config'

/** Engines to test on, from TINT_ENGINES (comma separated; `npm test` sets it to what the machine has). */
const engines = (process.env.TINT_ENGINES ?? 'wasm').split(',').filter(Boolean)

const shared = {
  // Far above what any test needs: several packages are tested at once, on machines that may be slow.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  // One worker and one thread: turbo runs several packages at once, and models of tests are too small for more.
  maxWorkers: 1,
  env: {
    TF_NUM_INTRAOP_THREADS: '1',
    // What tests start writes down which of its code ran; the tests themselves are told by vitest (`pnpm coverage`).
    ...(process.env.TINT_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE: process.env.TINT_COVERAGE }),
  },
}

/** What `pnpm coverage` asks for. */
const coverage = {
  provider: 'v8',
  include: ['src/**/*.{ts,tsx}'],
  exclude: [
    'src/**/*.test.{ts,tsx}',
    'src/**/test-support/**',
    'src/**/test-{support,fixture}.ts',
    'src/fixtures/**',
  ],
  reporter: ['json'],
}

/** Tests that start other programs or kill processes; `npm run test:system` runs them. */
const system = 'src/**/*.system.test.ts'

/** What compares an adapter with right answers, and no engine with another. */
const contracts = ['src/**/contract.test.ts', 'src/**/*.contract.test.ts']

/**
 * Tests that compute with tensors: every file runs once on each engine; tests read TINT_ENGINE.
 *
 * Files share a process, and so one import of the engine, which costs more than most files' tests.
 * @param isolate true where the tests are of starting an engine: each file then has its own process
 * @param once patterns of files whose tests do not ask how tensors are computed: they run on the first engine only, as
 *   contracts do
 */
export function engineTests({ isolate = false, once = [] } = {}) {
  return defineConfig({
    test: {
      coverage,
      projects: engines.map((engine, index) => ({
        test: {
          ...shared,
          isolate,
          name: engine,
          include: ['src/**/*.test.ts'],
          exclude: [system, ...(index === 0 ? [] : [...contracts, ...once])],
          env: { ...shared.env, TINT_ENGINE: engine },
        },
      })),
    },
  })
}

/**
 * Tests that need no tensor engine, or start processes that choose their own.
 *
 * @param maxWorkers test files at once: more for a package that is tested when all others are through
 */
export function plainTests({ maxWorkers = shared.maxWorkers } = {}) {
  return plain({ include: ['src/**/*.test.ts'], exclude: [system], maxWorkers })
}

/** Tests that start other programs or kill processes. */
export function systemTests() {
  return plain({ include: [system] })
}

function plain(files) {
  return defineConfig({ test: { ...shared, ...files, coverage } })
}
