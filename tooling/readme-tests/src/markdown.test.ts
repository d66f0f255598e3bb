import { describe, expect, it } from 'vitest'
import { codeBlocks, headingAnchors, linkTargets } from './markdown.mjs'

const text = `# The \`one\` Title, here

See [a file](docs/a.md "with a title") and ![a picture](<b.svg>), not \`[code](no.md)\`.

\`\`\`ts no-run
const x = '[neither](this.md)'
\`\`\`

  \`\`\`\`sh
  tint demo
  \`\`\`
  \`\`\`\`

## Part 2

<img src="c.svg" alt="">
[label]: d.md
`

describe('codeBlocks', () => {
  it('gives language, flags, code and line', () => {
    expect(codeBlocks(text)).toEqual([
      { language: 'ts', flags: ['no-run'], code: "const x = '[neither](this.md)'\n", line: 6 },
      { language: 'sh', flags: [], code: '  tint demo\n  ```\n', line: 10 },
    ])
  })

  it('refuses a block that is not closed', () => {
    expect(() => codeBlocks('```ts\nconst x = 1\n')).toThrow('before line 2 is not closed')
  })
})

describe('linkTargets', () => {
  it('finds links, images, definitions and HTML, but nothing in code', () => {
    expect(linkTargets(text)).toEqual(['docs/a.md', 'b.svg', 'd.md', 'c.svg'])
  })
})

describe('headingAnchors', () => {
  it('spells headings as GitHub does', () => {
    expect(headingAnchors(text)).toEqual(['the-one-title-here', 'part-2'])
  })
})
