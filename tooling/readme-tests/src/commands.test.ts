import { describe, expect, it } from 'vitest'
import { longOptions, shownCommands } from './commands'

const text = `\`\`\`sh
# a comment
$ tint step --model DIR \\
    --steps=2 # two rounds
npx tint demo --json | jq .lossAfter
node apps/runner/dist/tint.js doctor
npm start -- inspect gpt2-nano-bytes --all

npm start
\`\`\`

\`\`\`text
tint nothing --of-the-kind
\`\`\`
`

describe('shownCommands', () => {
  it('gives the lines of sh blocks with the program they run', () => {
    expect(shownCommands({ path: 'README.md', text }).map(({ words }) => words.join(' '))).toEqual([
      'tint step --model DIR --steps=2',
      'tint demo --json',
      'tint doctor',
      'tint inspect gpt2-nano-bytes --all',
      'npm start',
    ])
  })
})

describe('longOptions', () => {
  it('leaves values away', () => {
    expect(longOptions(['--model', 'DIR', '--steps=2', '-h'])).toEqual(['--model', '--steps'])
  })
})
