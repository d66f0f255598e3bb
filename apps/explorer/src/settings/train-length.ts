/**
 * How many tokens are learned from: at least two, as nothing comes before the first, and at least one is left to predict.
 *
 * @param tokens at least three
 */
export function trainLengthOf(share: number, tokens: number): number {
  return Math.min(tokens - 1, Math.max(2, Math.round(share * tokens)))
}

/** The share that {@link trainLengthOf} makes this length of, with few digits: addresses hold it. */
export function shareOf(trainLength: number, tokens: number): number {
  const exactly = trainLength / tokens
  for (let digits = 2; digits < 12; digits++) {
    const short = Number(exactly.toFixed(digits))
    if (short > 0 && short < 1 && trainLengthOf(short, tokens) === trainLength) return short
  }
  return exactly
}
