import type { Way } from '../perplexity/sample'
import { type Look, lookClasses } from './chart'
import { type Markup, markup } from './markup'

/** A line with its name. */
export interface Key {
  readonly look: Pick<Look, 'way' | 'run'>
  readonly text: string
}

/** What lines of charts stand for. */
export function keyList(keys: readonly Key[]): Markup {
  return markup`<ul class="keys">${keys.map(({ look, text }) => markup`<li>${sign(look)}${text}</li>`)}</ul>
`
}

const marks: Readonly<Record<Way, Markup | undefined>> = {
  inner: undefined,
  exact: markup`<rect class="mark" x="13.5" y="3.5" width="7" height="7"/>`,
  tint: markup`<circle class="mark" cx="17" cy="7" r="4"/>`,
}

/** A line's sign. */
function sign(look: Key['look']): Markup {
  return markup`<svg viewBox="0 0 34 14" aria-hidden="true"><g class="series ${lookClasses(look)}"><line class="line" x1="0" x2="34" y1="7" y2="7"/>${marks[look.way]}</g></svg>`
}
