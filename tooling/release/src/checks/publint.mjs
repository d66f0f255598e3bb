import { readFile } from 'node:fs/promises'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

/** @type {import('../contract.mjs').Check} */
export const check = {
  name: 'publint',
  about: 'what package.json promises is in the tarball, and runs where it says (publint --strict)',
  scope: 'packages',
  async run({ packed, report }) {
    for (const { name, tarball } of await packed()) {
      const bytes = new Uint8Array(await readFile(tarball))
      const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true })
      for (const message of messages) {
        const text = formatMessage(message, pkg, { color: false }) ?? message.code
        report.problem({
          package: name,
          found: `${message.type}: ${text}`,
          todo: `See https://publint.dev/rules#${message.code.toLowerCase()}.`,
        })
      }
    }
  },
}
