/** Gains in nats from which a piece of text is coloured, and how strongly. */
export const gainThresholds = [0.05, 0.2, 0.6, 1.5] as const

/** The class that colours a piece by its gain in nats: `better1` to `better4`, `worse1` to `worse4`; empty for little. */
export function gainShade(gain: number): string {
  return shadeName(gain > 0 ? 'better' : 'worse', Math.abs(gain), gainThresholds)
}

/** A name with how many of the thresholds a value reaches; empty where it reaches none. */
export function shadeName(name: string, value: number, thresholds: readonly number[]): string {
  const level = thresholds.filter((least) => value >= least).length
  return level === 0 ? '' : `${name}${level}`
}

/** Line ends are shown and kept; other characters that would not be seen become a dot. */
export function visibleText(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, '·').replaceAll('\n', '↵\n')
}
