import { readFileSync, writeFileSync } from 'node:fs'
import { corpus } from './corpus'
import { document, withTables } from './document'
import { measureCorpus } from './measured'

// Measures the corpus and writes its tables into the document, in the place of those that are there.

const measured = measureCorpus()
writeFileSync(document, withTables(readFileSync(document, 'utf8'), corpus, measured))
