import { nestedLists } from '../building/bytes'
import { resultsText, runFolder, sampleLine } from '../building/run'
import type { FolderContent, FolderEntry, HostileCase, HostileGroup } from '../hostile-case'

function run(name: string, what: string, content: () => FolderContent, words: RegExp): HostileCase {
  return { name: `run-${name}`, what, way: 'run', content, error: 'InputError', words }
}

const withResults = (name: string, what: string, content: () => FolderEntry, words: RegExp) =>
  run(`results-${name}`, what, () => ({ ...runFolder(), 'results.json': content() }), words)
const withSamples = (name: string, what: string, content: () => FolderEntry, words: RegExp) =>
  run(`samples-${name}`, what, () => ({ ...runFolder(), 'samples.jsonl': content() }), words)

/** Folders of runs that a report is made of. */
export const runs: HostileGroup = {
  title: "A run's folder",
  cases: [
    withResults(
      'nested',
      'has results of 50,000 lists in lists',
      () => nestedLists(50_000),
      /results\.json, line 1: /,
    ),
    withResults(
      'nested-shard',
      'has a shard of 5,000 lists in lists',
      () => resultsText().replace('"configuration":{', `"configuration":{"shard":${nestedLists(5_000)},`),
      /results\.json/,
    ),
    withResults(
      'nested-field',
      'has a model of 5,000 lists in lists',
      () => resultsText().replace('"models/tiny"', nestedLists(5_000)),
      /results\.json, line 1: /,
    ),
    withResults(
      'many-fields',
      'has results of 100,000 fields that are not known',
      () =>
        resultsText({
          model: 7,
          more: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, 0])),
        }),
      /results\.json, line 1: model is not what/,
    ),
    withResults(
      'bomb',
      'has results of 2 million lists',
      () => `{"x":[${'[],'.repeat(2_000_000)}[]]}`,
      /results\.json/,
    ),
    withResults(
      'sparse',
      'has results of 1 TB that take no place on the disk',
      () => ({ sparse: 2 ** 40, start: new Uint8Array(0) }),
      /results\.json has 1099511627776 bytes/,
    ),
    withResults(
      'pipe',
      'has a pipe in place of its results',
      () => ({ pipe: true }),
      /results\.json is not a regular file/,
    ),
    withResults(
      'folder',
      'has a folder in place of its results',
      () => ({ folder: true }),
      /results\.json is a folder/,
    ),
    withResults(
      'counts',
      'claims 2^53 samples',
      () => resultsText({ results: [{ contexts: 2 ** 53 - 1 }] }),
      /the file ends after 1 samples/,
    ),
    withSamples(
      'pipe',
      'has a pipe in place of its samples',
      () => ({ pipe: true }),
      /samples\.jsonl is not a regular file/,
    ),
    withSamples(
      'sparse',
      'has samples of 1 TB that take no place on the disk',
      () => ({ sparse: 2 ** 40, start: new Uint8Array(0) }),
      /samples\.jsonl has 1099511627776 bytes/,
    ),
    withSamples(
      'infinite',
      'has a loss of 1e999',
      () => sampleLine().replace(':8,', ':1e999,'),
      /samples\.jsonl, line 1: /,
    ),
    withSamples(
      'twice',
      'has a sample twice',
      () => sampleLine() + sampleLine(),
      /samples\.jsonl, line 2: .* is there twice/,
    ),
    withSamples(
      'nested',
      'has a sample of 100,000 lists in lists',
      () => `${nestedLists(100_000)}\n`,
      /samples\.jsonl, line 1: /,
    ),
    withSamples(
      'cut-off',
      'has samples that are cut off',
      () => sampleLine().slice(0, -10),
      /samples\.jsonl, line 1: it is cut off/,
    ),
    withSamples(
      'many',
      'has 200,000 damaged samples',
      () => '{}\n'.repeat(200_000),
      /samples\.jsonl, line 1: /,
    ),
  ],
}
