import katex from 'katex'
import type { MarkdownRenderer } from 'vitepress'

type Token = ReturnType<MarkdownRenderer['parse']>[number]

/**
 * Sets formulas as GitHub reads them: fenced blocks of the language `math`, and code between dollar signs in a
 * line of text. A formula that cannot be read fails the build.
 */
export function renderFormulas(markdown: MarkdownRenderer): void {
  const { fence } = markdown.renderer.rules
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index] ?? {}
    if (info !== 'math' || content === undefined) return fence?.(tokens, index, ...rest) ?? ''
    return `<div class="formula" tabindex="0" v-pre>${formula(content, true)}</div>`
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
    code.content = `<span v-pre>${formula(code.content, false)}</span>`
  }
}

/** As HTML for the eye, and MathML for those who listen. */
function formula(tex: string, displayMode: boolean): string {
  return katex.renderToString(tex, { displayMode, throwOnError: true, strict: 'error' })
}
