import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CheckpointError, InputError } from '@tintjs/tensor'
import { startTestHub, type TestHub } from '@tooling/test-hub'
import * as fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type DatasetRow, datasetRows, findDatasetFile, readDatasetRows } from '../node'

const folder = mkdtempSync(join(tmpdir(), 'evaluate-datasets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const schema = z.object({ text: z.string(), label: z.int() })
const rows = Array.from({ length: 25 }, (_, index) => ({ text: `Text ${index}, naïve.\n`, label: index % 3 }))

function parquet(codec: 'SNAPPY' | 'UNCOMPRESSED' = 'SNAPPY'): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'text', data: rows.map(({ text }) => text), type: 'STRING' },
        { name: 'label', data: rows.map(({ label }) => BigInt(label)), type: 'INT64' },
      ],
      codec,
      rowGroupSize: 10,
    }),
  )
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function all(name: string, columns?: string[]) {
  const found: DatasetRow[] = []
  for await (const row of datasetRows(await findDatasetFile(name), { columns })) found.push(row)
  return found
}

describe('rows of a data file', () => {
  it('of Parquet, over row groups, as numbers and text', async () => {
    for (const codec of ['SNAPPY', 'UNCOMPRESSED'] as const) {
      const path = file(`${codec}.parquet`, parquet(codec))
      expect(await all(path)).toEqual(rows)
      expect(await all(path, ['label'])).toEqual(rows.map(({ label }) => ({ label })))
    }
  })

  it('of Parquet, whole numbers that no number holds', async () => {
    const content = parquetWriteBuffer({
      columnData: [{ name: 'n', data: [2n ** 60n, -7n], type: 'INT64' }],
    })
    expect(await all(file('large.parquet', new Uint8Array(content)))).toEqual([{ n: 2n ** 60n }, { n: -7 }])
  })

  it('of JSON lines, empty lines left out', async () => {
    const path = file('a.jsonl', '\ufeff{"text": "a", "label": 1}\r\n\n{"text": "b", "label": 0}')
    expect(await all(path)).toEqual([
      { text: 'a', label: 1 },
      { text: 'b', label: 0 },
    ])
  })

  it('of text, wherever chunks of the file end', async () => {
    const line = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((text) => text.replaceAll(/[\r\n\ufeff]/g, ''))
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 20 }), fc.boolean(), async (lines, end) => {
        // Longer than a chunk, so that one ends somewhere in a line.
        const long = [...lines, 'ä'.repeat(70_000), 'last']
        const path = file('lines.txt', long.join('\n') + (end ? '\n' : ''))
        expect((await all(path)).map(({ text }) => text)).toEqual(long)
      }),
      { numRuns: 20, seed: 1 },
    )
  })

  it('checked by a schema, in a format of choice', async () => {
    const path = file('rows.data', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    expect(await readDatasetRows(await findDatasetFile(path, { format: 'jsonl' }), schema)).toEqual(rows)
  })
})

describe('a file of a data set of the hub', () => {
  let hub: TestHub
  const revision = 'refs/convert/parquet'
  const options = () => ({ endpoint: hub.endpoint, cacheFolder: join(folder, 'cache') })
  beforeAll(async () => {
    hub = await startTestHub({ 'data/test.parquet': parquet(), 'a.jsonl': '[1]' }, 'datasets/owner/texts')
  })
  afterAll(() => hub.close())

  it('is fetched once and read', async () => {
    for (const name of [
      'datasets/owner/texts/data/test.parquet',
      'hf://datasets/owner/texts@v1/data/test.parquet',
    ]) {
      const found = await findDatasetFile(name, options())
      expect(found).toMatchObject({ name, format: 'parquet', commit: hub.commit })
      expect(await readDatasetRows(found, schema)).toEqual(rows)
    }
    expect(hub.fileRequests()).toHaveLength(1)
  })

  it('is of the revision that its name says', async () => {
    const name = `datasets/owner/texts@${encodeURIComponent(revision)}/a.jsonl`
    await expect(findDatasetFile(name, options())).rejects.toThrow(
      `There is no file ${name} here, so the hub was asked: There is no revision ${revision} of datasets/owner/texts`,
    )
  })

  it.each<[string, string, RegExp]>([
    ['no file in it', 'datasets/owner/texts/b.jsonl', /so the hub was asked: There is no file b\.jsonl in/],
    [
      'another data set',
      'hf://datasets/owner/none/b.jsonl',
      /^There is no data set datasets\/owner\/none on/,
    ],
    ['a path that leaves it', 'datasets/owner/texts/../b.jsonl', /is not the path of a file in a repository/],
    ['a wrong revision', 'datasets/owner/texts@%/b.jsonl', /"%" is not a revision/],
  ])('refuses %s', async (_, name, words) => {
    await expect(findDatasetFile(name, options())).rejects.toThrow(words)
    await expect(findDatasetFile(name, options())).rejects.toThrow(CheckpointError)
  })

  it('names the file as it was asked for in what is wrong with it', async () => {
    const found = await findDatasetFile('datasets/owner/texts/a.jsonl', options())
    await expect(readDatasetRows(found, schema)).rejects.toThrow(
      'datasets/owner/texts/a.jsonl, line 1 is [1]; expected a JSON object such as {"text": "..."}.',
    )
  })
})

describe('what is wrong', () => {
  const read = async (name: string, columns?: string[]) =>
    readDatasetRows(await findDatasetFile(name), schema, { columns })
  const damaged = () => {
    const bytes = parquet()
    bytes.fill(0xff, 4, 60)
    return bytes
  }

  it.each<[string, () => string, string[] | undefined, RegExp]>([
    [
      'a line that is no JSON',
      () => file('x.jsonl', '{}\n{"a":'),
      undefined,
      /x\.jsonl, line 1: column text/,
    ],
    [
      'a line that is cut',
      () => file('x.jsonl', '{"text":"a","label":1}\n{"a":'),
      undefined,
      /x\.jsonl, line 2 is not valid JSON \(.*\); expected one JSON object in each line/,
    ],
    [
      'a line that is no text',
      () => file('x.jsonl', Uint8Array.of(123, 0xff)),
      undefined,
      /line 1 is not UTF-8/,
    ],
    [
      'a label that is no number',
      () => file('x.jsonl', '\n{"text":"a","label":"1"}'),
      undefined,
      /x\.jsonl, line 2: column label: Invalid input: expected (number|int), received string/,
    ],
    [
      'a text in place of a table',
      () => file('x.parquet', 'text'),
      undefined,
      /x\.parquet is not a Parquet file/,
    ],
    [
      'a table that was cut',
      () => file('x.parquet', parquet().subarray(0, 200)),
      undefined,
      /is not a Parquet/,
    ],
    [
      'a table that was damaged',
      () => file('x.parquet', damaged()),
      undefined,
      /is not a Parquet file that can/,
    ],
    [
      'a column that is not there',
      () => file('x.parquet', parquet()),
      ['title'],
      /There is no column "title" in .*x\.parquet; expected one of text, label/,
    ],
    [
      'a table of another kind',
      () => file('x.csv', 'a,b'),
      undefined,
      /as it ends with \.csv; expected \.parquet/,
    ],
    [
      'no file',
      () => join(folder, 'none.jsonl'),
      undefined,
      /does not exist; expected the path of a file, or that/,
    ],
    ['a folder', () => folder, undefined, /is a folder; expected a file in it/],
  ])('%s is one sentence', async (_, path, columns, words) => {
    const failing = read(path(), columns)
    await expect(failing).rejects.toThrow(words)
    await expect(failing).rejects.toThrow(InputError)
  })
})

it('refuses a small file that claims more rows than memory is given to', async () => {
  // 20 million times one string, in 192 bytes: a dictionary and a single run.
  const bomb = Buffer.from(
    'UEFSMRUEFQoVDkwVAhUAAAAFEAEAAABhFQYVFBUYXBWAtIkTFQAVgLSJExUQFQoVAAAAgLSJEwEFEACAtIkTFQQZLEgEcm9vdBUCABUMJQIYBHRleHQl' +
      'AAAWgLSJExkcGRwmCBwVDBklABAZGAR0ZXh0FQIWgLSJExZuFnYmMCYIHDYAKAFhGAFhABksFQQVABUCABUGFRAVAgAAABZuFoC0iRM2dgAoCWh5cGFy' +
      'cXVldBkcHAAAAHkAAABQQVIx',
    'base64',
  )
  await expect(all(file('bomb.parquet', bomb))).rejects.toThrow(
    /Row group 1 of .*bomb\.parquet claims 20000000 rows .*; expected at most 2000000/,
  )
})

it('refuses a line of lists in lists', async () => {
  const deep = `{"text": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  await expect(all(file('deep.jsonl', deep))).rejects.toThrow(
    /deep\.jsonl, line 1 has more than 128 levels of nesting; expected one JSON object/,
  )
})
