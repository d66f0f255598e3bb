import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { trainingCase } from './case'

const folder = fileURLToPath(new URL('../cases', import.meta.url))

const goldenCase = trainingCase.extend({
  /** Sizes of the simulator. */
  tint: z.object({ numPrefixTokens: z.int(), hiddenSize: z.int(), numHeads: z.int() }),
})

/** A case with right answers: a tiny checkpoint, a training step, and what must come out. See the README. */
export interface GoldenCase extends z.infer<typeof goldenCase> {
  readonly name: string
  /** Holds `config.json`, `model.safetensors` and `expected.safetensors`. */
  readonly folder: string
}

/** All cases of the given families, or all. */
export function goldenCases(...kinds: readonly string[]): GoldenCase[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const path = join(folder, name)
      return {
        ...goldenCase.parse(JSON.parse(readFileSync(join(path, 'case.json'), 'utf8'))),
        name,
        folder: path,
      }
    })
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
}

/** One case by its name. */
export function goldenCaseNamed(name: string): GoldenCase {
  const found = goldenCases().find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`There is no golden case ${name}.`)
  return found
}
