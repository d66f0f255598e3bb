/** A piece of HTML or SVG that is safe to put into a page as it is. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a {@link markup} template: texts are escaped, markup is not, lists are joined, undefined is nothing. */
export type MarkupValue = string | number | Markup | undefined | readonly MarkupValue[]

/** A template of HTML or SVG. Whatever is put into it is escaped, in content and in quoted attributes. */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(strings.map((part, index) => part + textOf(values[index])).join(''))
}

function textOf(value: MarkupValue): string {
  if (value === undefined) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escaped(value)
  return value.map(textOf).join('')
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters but tab and line ends may not be in HTML at all, nor halves of surrogate pairs. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => references[character] ?? '')
    .replaceAll(/[^\P{Cc}\t\n]|\p{Surrogate}|\p{Noncharacter_Code_Point}/gu, '\ufffd')
}
