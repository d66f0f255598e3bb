import pc from 'picocolors'

/**
 * Whether stdout takes colours: a terminal does, unless NO_COLOR or a dumb terminal says otherwise; FORCE_COLOR asks
 * for them anywhere.
 */
export const coloured =
  !process.env.NO_COLOR &&
  (Boolean(process.env.FORCE_COLOR) || (process.stdout.isTTY === true && process.env.TERM !== 'dumb'))

/** Bold, dim and the like, or the text as it is where stdout takes no colours. */
export const { bold, dim } = pc.createColors(coloured)

/** Text in colours of the 256-colour palette. For callers that have seen that stdout is {@link coloured}. */
export function paint(text: string, foreground: number, background: number): string {
  return `\u001b[38;5;${foreground};48;5;${background}m${text}\u001b[0m`
}
