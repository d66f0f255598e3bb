import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Outcome } from './outcome'

/** What is measured of a group of cases as a whole: a collection after each case would take minutes. */
export interface GroupOutcome {
  readonly title: string
  /** More in JavaScript's memory after all of its cases than before. */
  readonly keptBytes: number
}

/** A line of what the measuring process prints. */
export type Measured =
  | ({ readonly kind: 'oddity' } & Outcome)
  | ({ readonly kind: 'case' } & Outcome)
  | ({ readonly kind: 'group' } & GroupOutcome)

/** What one run of the corpus has given. */
export interface Measurement {
  readonly oddities: ReadonlyMap<string, Outcome>
  readonly cases: ReadonlyMap<string, Outcome>
  readonly groups: ReadonlyMap<string, GroupOutcome>
}

/** The most that JavaScript may have in memory while the corpus is read, in MB. */
const heapLimit = 256

/** Reads the corpus in a process of its own, which has little memory and is ended when it hangs. */
export function measureCorpus(): Measurement {
  const program = fileURLToPath(new URL('../dist/measure.js', import.meta.url))
  const text = execFileSync(process.execPath, ['--expose-gc', `--max-old-space-size=${heapLimit}`, program], {
    encoding: 'utf8',
    timeout: 500_000,
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line): Measured => JSON.parse(line))
  const outcomes = (kind: 'oddity' | 'case') =>
    new Map(lines.flatMap((line) => (line.kind === kind ? [[line.name, line] as const] : [])))
  return {
    oddities: outcomes('oddity'),
    cases: outcomes('case'),
    groups: new Map(lines.flatMap((line) => (line.kind === 'group' ? [[line.title, line] as const] : []))),
  }
}
