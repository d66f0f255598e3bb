/**
 * How often and on what a property is tried: always the same few cases in tests, more of them or others where
 * `TINT_PROPERTY_RUNS` and `TINT_PROPERTY_SEED` say so (`pnpm properties`).
 *
 * @param usual runs in tests
 */
export function runsOf(usual: number): { numRuns: number; seed: number; endOnFailure: boolean } {
  const { TINT_PROPERTY_RUNS: runs, TINT_PROPERTY_SEED: seed } = process.env
  return {
    numRuns: Number(runs ?? usual),
    seed: Number(seed ?? 20_261_127),
    // Smaller cases of a failure take many steps each; the first one says enough in a long run.
    endOnFailure: runs !== undefined,
  }
}
