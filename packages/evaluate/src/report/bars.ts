import type { Way } from '../perplexity/sample'
import { short } from './chart'
import { type Markup, markup } from './markup'

/** One bar. */
export interface Bar {
  readonly name: string
  /** 1 is what all bars are measured by; below 0 it is empty, and above {@link widestBar} full. */
  readonly share: number
  /** Drawn to both sides of the bar's end; default none. */
  readonly error?: number | null
  /** Default the colour of TinT. */
  readonly way?: Way
  /** Beside the bar. */
  readonly text: string
}

/** The share at which a bar's frame ends, where nothing else is said. */
const widestBar = 1.1

/** A table of bars of shares. @param widest the share at which their frames end */
export function bars(all: readonly Bar[], widest = widestBar): Markup {
  const width = (share: number) => Math.max(0, Math.min(1, share / widest)) * 100
  return markup`<table class="bars"><tbody>
${all.map(
  ({ name, share, error, way, text }) => markup`<tr><th scope="row">${name}</th>
<td class="track"><span${way && markup` class="${way}"`} style="width: ${short(width(share))}%"></span>${error ? whisker(width(share - error), width(share + error)) : undefined}</td>
<td class="number">${text}</td></tr>
`,
)}</tbody></table>
`
}

/** An error bar from one place to another, in percent of the frame. */
function whisker(from: number, to: number): Markup {
  return markup`<span class="error"><i style="left: ${short(from)}%; width: ${short(to - from)}%"></i></span>`
}
