import { defineConfig } from 'vitest/config'

/** Engines to test on, from TINT_ENGINES (comma separated; `npm test` sets it to what the machine has). */
const engines = (process.env.TINT_ENGINES ?? 'wasm').split(',').filter(Boolean)

const shared = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // One worker: turbo already runs one package a core, and every engine uses all cores by itself.
  maxWorkers: 1,
}

/** Tests that compute with tensors: every file runs once on each engine; tests read TINT_ENGINE. */
export function engineTests() {
  return defineConfig({
    test: {
      coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
      projects: engines.map((engine) => ({
        test: { ...shared, name: engine, include: ['src/**/*.test.ts'], env: { TINT_ENGINE: engine } },
      })),
    },
  })
}

/** Tests that need no tensor engine, or start processes that choose their own. */
export function plainTests() {
  return defineConfig({
    test: {
      ...shared,
      include: ['src/**/*.test.ts'],
      coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
    },
  })
}
