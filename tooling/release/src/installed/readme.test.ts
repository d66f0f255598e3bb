import { describe, expect, it } from 'vitest'
import { installedBy } from './readme.mjs'

const text = `Text (\`npm install zod\`), not \`npm install left-out\`.

\`\`\`sh
npm install --save-dev @tintjs/one two@4.0.0 @three/four@^5
npm test
\`\`\`

\`\`\`ts
npm install nothing
\`\`\`
`

describe('installedBy', () => {
  it('gives what the npm install lines name, with versions', () => {
    expect(installedBy(text)).toEqual({ zod: '*', '@tintjs/one': '*', two: '4.0.0', '@three/four': '^5' })
  })

  it('gives nothing where nothing is installed', () => {
    expect(installedBy('# A title\n')).toEqual({})
  })
})
