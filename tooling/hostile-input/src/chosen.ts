import { corpus } from './corpus'
import type { HostileGroup } from './hostile-case'

/** The groups with the cases whose names have one of these parts; with all of them where there are no parts. */
export function chosenGroups(parts: readonly string[]): readonly HostileGroup[] {
  if (parts.length === 0) return corpus
  return corpus.map(({ title, cases }) => ({
    title,
    cases: cases.filter(({ name }) => parts.some((part) => name.includes(part))),
  }))
}
