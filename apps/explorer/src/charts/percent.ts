/** A share with two digits that count: `0.012 %`, `42 %`. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`
}
