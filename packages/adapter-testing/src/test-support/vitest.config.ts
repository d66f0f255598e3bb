import { defineConfig } from 'vitest/config'

/** Runs the faulty adapters, which no other run finds by their names. */
export default defineConfig({ test: { include: ['src/test-support/*.contract.ts'], testTimeout: 600_000 } })
