import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { corpus } from './corpus'
import { document, toldCase, toldCases } from './document'
import { oddities } from './oddities'

const text = readFileSync(document, 'utf8')

it('the document has every case of the corpus; if not: pnpm --filter @tooling/hostile-input table', () => {
  expect(toldCases(text)).toEqual(corpus.flatMap(({ cases }) => cases.map(toldCase)))
  for (const { name } of oddities) expect(text).toContain(`\`${name}\``)
})
