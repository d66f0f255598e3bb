import { mersenne } from 'pure-rand/generator/mersenne'

/** Gives numbers from 0, below 1. */
export type Random = () => number

/** The same seed gives the same numbers everywhere. */
export function seededRandom(seed: number): Random {
  const generator = mersenne(seed)
  return () => (generator.next() >>> 0) / 2 ** 32
}

/** The numbers from 0 to `count - 1` in a random order (Fisher and Yates). */
export function permutation(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const moved = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = moved
  }
  return order
}

/** Items by their label, in the order of the labels. */
export function groupByLabel<Item extends { readonly label: number }>(
  items: readonly Item[],
): ReadonlyMap<number, readonly Item[]> {
  const labels = [...new Set(items.map(({ label }) => label))].sort((left, right) => left - right)
  return new Map(labels.map((label) => [label, items.filter((item) => item.label === label)]))
}

/** How much of what is drawn from may be used. */
export interface Draw<Item> {
  readonly items: readonly Item[]
  /** How many were left out on the way, as `usable` said no. */
  readonly leftOut: number
}

/**
 * Draws a balanced part: as many of each class, and where that does not come out even, one more of some classes, which
 * the seed chooses. A class that has too few gives all that it has.
 *
 * @param classes how many classes there are
 * @param count how many to draw; more than there are draws all
 * @param usable asked about each item that is drawn; another one takes the place of one that is not
 * @returns items in a random order
 */
export function drawBalanced<Item extends { readonly label: number }>(
  items: readonly Item[],
  {
    classes,
    count,
    seed,
    usable = () => true,
  }: {
    readonly classes: number
    readonly count: number
    readonly seed: number
    readonly usable?: ((item: Item) => boolean) | undefined
  },
): Draw<Item> {
  const random = seededRandom(seed)
  const firstInLine = permutation(classes, random)
  const byClass = groupByLabel(items)
  let leftOut = 0
  const drawn = firstInLine.flatMap((label, rank) => {
    const members = byClass.get(label) ?? []
    const wanted = Math.floor(count / classes) + (rank < count % classes ? 1 : 0)
    const taken: Item[] = []
    for (const place of permutation(members.length, random)) {
      if (taken.length >= wanted) break
      const item = members[place]
      if (item === undefined) continue
      if (usable(item)) taken.push(item)
      else leftOut++
    }
    return taken
  })
  const order = permutation(drawn.length, random)
  return { items: order.flatMap((place) => drawn[place] ?? []), leftOut }
}
