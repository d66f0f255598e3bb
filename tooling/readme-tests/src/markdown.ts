/** A fenced block of code. */
export interface CodeBlock {
  /** The info string's first word, e.g. `ts`. */
  readonly language: string
  /** The words after it, e.g. `no-run`. */
  readonly flags: readonly string[]
  readonly code: string
  /** The line of its first line of code, from 1. */
  readonly line: number
}

/** The fenced blocks of a Markdown text. */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { fence: string; info: string; lines: string[]; line: number } | undefined
  text.split('\n').forEach((line, index) => {
    const [, fence = '', info = ''] = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(line) ?? []
    if (open === undefined) {
      if (fence !== '') open = { fence, info: info.trim(), lines: [], line: index + 2 }
    } else if (fence.startsWith(open.fence) && info === '') {
      const [language = '', ...flags] = open.info.split(/\s+/)
      blocks.push({ language, flags, code: `${open.lines.join('\n')}\n`, line: open.line })
      open = undefined
    } else {
      open.lines.push(line)
    }
  })
  if (open !== undefined) throw new Error(`The block that opens before line ${open.line} is not closed.`)
  return blocks
}

/** Everything that a Markdown text links to or shows: links, images, definitions, `href` and `src`. */
export function linkTargets(text: string): string[] {
  const patterns = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^\s*\[[^\]]+\]:\s*<?([^\s>]+)>?/gm,
    /\b(?:href|src|srcset)="([^"]+)"/g,
  ]
  const prose = withoutCode(text)
  return patterns.flatMap((pattern) => [...prose.matchAll(pattern)].map(([, target = '']) => target))
}

/** The anchors that GitHub gives a text's headings. */
export function headingAnchors(text: string): string[] {
  return [...withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  )
}

function withoutFences(text: string): string {
  return text.replaceAll(/^\s*(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\s*\1\s*$/gm, '')
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/(`+)[^`][\s\S]*?\1/g, '')
}
