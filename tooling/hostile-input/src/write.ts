import { join } from 'node:path'
import { useEngine } from '@tintjs/tensor/node'
import { chosenGroups } from './chosen'
import { oddities } from './oddities'
import { writeContent } from './write-content'

// Writes the files of all cases, or of those that are chosen, into the folder that is named first.

const [root = '.', ...chosen] = process.argv.slice(2)
await useEngine('cpu')
for (const { name, content } of [...oddities, ...chosenGroups(chosen).flatMap(({ cases }) => cases)]) {
  writeContent(join(root, name), await content())
}
