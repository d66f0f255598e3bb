import { nestedLists } from '../building/bytes'
import { caseText, fixtureFolder } from '../building/fixture'
import type { FolderContent, FolderEntry, HostileCase, HostileGroup } from '../hostile-case'

function fixture(name: string, what: string, content: () => FolderContent, words: RegExp): HostileCase {
  return { name: `case-${name}`, what, way: 'fixture', content, error: 'CheckpointError', words }
}

const caseFile = (name: string, what: string, content: () => FolderEntry, words: RegExp) =>
  fixture(name, what, () => ({ ...fixtureFolder(), 'case.json': content() }), words)

/** Steps with right answers, that adapters are tested with. */
export const caseFiles: HostileGroup = {
  title: "A case file of an adapter's tests",
  cases: [
    caseFile('truncated', 'is cut off', () => caseText().slice(0, 50), /case\.json is not valid JSON/),
    caseFile('list', 'is a list', () => '[]', /case\.json of the fixture .* has a wrong/),
    caseFile(
      'nested',
      'has ids of 100,000 lists in lists',
      () => caseText().replace('[[1,2,3,4]]', nestedLists(100_000)),
      /case\.json/,
    ),
    caseFile(
      'ids',
      'has fractional ids',
      () => caseText({ inputIds: [[0.5]] }),
      /case\.json of the fixture .* has a wrong inputIds\.0\.0/,
    ),
    caseFile(
      'ids-infinite',
      'has the id 1e999',
      () => caseText().replace('[1,2', '[1e999,2'),
      /has a wrong inputIds\.0\.0/,
    ),
    caseFile(
      'bomb',
      'has 2 million lists as ids',
      () => caseText().replace('[[1,2,3,4]]', `[${'[],'.repeat(2_000_000)}[]]`),
      /case\.json/,
    ),
    caseFile(
      'sparse',
      'has 1 TB that take no place on the disk',
      () => ({ sparse: 2 ** 40, start: new Uint8Array(0) }),
      /case\.json/,
    ),
    caseFile('pipe', 'is a pipe', () => ({ pipe: true }), /case\.json/),
    caseFile('folder', 'is a folder', () => ({ folder: true }), /case\.json/),
    fixture(
      'expected',
      'comes with damaged answers',
      () => ({ ...fixtureFolder(), 'expected.safetensors': 'x' }),
      /expected\.safetensors: the file has 1 bytes/,
    ),
    fixture('missing', 'comes without answers', () => ({ 'case.json': caseText() }), /has no config\.json/),
  ],
}
