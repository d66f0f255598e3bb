/** The columns that prose takes: those of the terminal, and not more than 80, which it takes elsewhere. */
export function proseWidth(): number {
  return Math.min(process.stdout.columns || 80, 80)
}

/** Breaks a text between words; a word that is longer than a line stays whole. */
export function paragraph(text: string, width = proseWidth()): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join('\n')
}

/** A {@link paragraph} that begins after so many columns; its other lines begin below the first one. */
export function hangingParagraph(text: string, indent: number, width: number): string {
  // Where there is no room beside the indent, the terminal breaks lines as it can.
  const room = width - indent >= 20 ? width - indent : Number.POSITIVE_INFINITY
  return paragraph(text, room).replaceAll('\n', `\n${' '.repeat(indent)}`)
}
