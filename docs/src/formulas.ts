import temml from 'temml'
import type { MarkdownRenderer } from 'vitepress'

type Token = ReturnType<MarkdownRenderer['parse']>[number]

/**
 * Makes MathML of formulas as GitHub reads them: fenced blocks of the language `math`, and code between dollar signs in a
 * line of text. A formula that cannot be read fails the build.
 */
export function renderFormulas(markdown: MarkdownRenderer): void {
  const { fence } = markdown.renderer.rules
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index] ?? {}
    if (info !== 'math' || content === undefined) return fence?.(tokens, index, ...rest) ?? ''
    return `<div class="formula" tabindex="0">${mathMl(content, true)}</div>`
  }
  markdown.core.ruler.push('formulas', ({ tokens }) => {
    for (const { children } of tokens) replaceFormulas(children ?? [])
  })
}

/** `$` at the end of the text before some code and at the start of the text after it make that a formula. */
function replaceFormulas(tokens: readonly Token[]): void {
  for (const [index, code] of tokens.entries()) {
    const [before, after] = [tokens[index - 1], tokens[index + 1]]
    if (before?.type !== 'text' || code.type !== 'code_inline' || after?.type !== 'text') continue
    if (!before.content.endsWith('$') || !after.content.startsWith('$')) continue
    before.content = before.content.slice(0, -1)
    after.content = after.content.slice(1)
    code.type = 'html_inline'
    code.content = mathMl(code.content, false)
  }
}

function mathMl(formula: string, displayMode: boolean): string {
  return temml.renderToString(formula, { displayMode, throwOnError: true })
}
