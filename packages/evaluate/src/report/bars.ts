import { short } from './chart'
import { type Markup, markup } from './markup'

/** One bar. */
export interface Bar {
  readonly name: string
  /** 1 is what all bars are measured by; below 0 it is empty, and above {@link widestBar} full. */
  readonly share: number
  /** Beside the bar. */
  readonly text: string
}

/** The share at which a bar's frame ends. */
export const widestBar = 1.1

/** A table of bars of shares. */
export function bars(all: readonly Bar[]): Markup {
  const width = (share: number) => Math.max(0, Math.min(1, share / widestBar)) * 100
  return markup`<table class="bars"><tbody>
${all.map(
  ({ name, share, text }) => markup`<tr><th scope="row">${name}</th>
<td class="track"><span style="width: ${short(width(share))}%"></span></td>
<td class="number">${text}</td></tr>
`,
)}</tbody></table>
`
}
