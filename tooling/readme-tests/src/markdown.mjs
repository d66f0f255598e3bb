/**
 * A fenced block of code.
 *
 * @typedef {object} CodeBlock
 * @property {string} language the info string's first word, e.g. `ts`
 * @property {string[]} flags the words after it, e.g. `no-run`
 * @property {string} code
 * @property {number} line of its first line of code, from 1
 */

/**
 * The fenced blocks of a Markdown text.
 *
 * @param {string} text
 * @returns {CodeBlock[]}
 */
export function codeBlocks(text) {
  /** @type {CodeBlock[]} */
  const blocks = []
  /** @type {{ fence: string, info: string, lines: string[], line: number } | undefined} */
  let open
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

/**
 * Everything that a Markdown text links to or shows: links, images, definitions, `href` and `src`.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function linkTargets(text) {
  const patterns = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^\s*\[[^\]]+\]:\s*<?([^\s>]+)>?/gm,
    /\b(?:href|src|srcset)="([^"]+)"/g,
  ]
  const prose = withoutCode(text)
  return patterns.flatMap((pattern) => [...prose.matchAll(pattern)].map(([, target = '']) => target))
}

/**
 * The anchors that GitHub gives a text's headings.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function headingAnchors(text) {
  return [...withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  )
}

/**
 * @param {string} text
 * @returns {string}
 */
function withoutFences(text) {
  return text.replaceAll(/^\s*(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\s*\1\s*$/gm, '')
}

/**
 * @param {string} text
 * @returns {string}
 */
function withoutCode(text) {
  return withoutFences(text).replaceAll(/(`+)[^`][\s\S]*?\1/g, '')
}
