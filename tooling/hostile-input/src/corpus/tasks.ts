import { nestedLists } from '../building/bytes'
import { csvTaskText, taskText } from '../building/task'
import type { FolderContent, FolderEntry, HostileCase, HostileGroup } from '../hostile-case'

function task(name: string, what: string, content: () => FolderEntry, words: RegExp): HostileCase {
  return {
    name: `task-${name}`,
    what,
    way: 'task',
    content: () => ({ 'task.yaml': content() }),
    error: 'InputError',
    words,
  }
}

function examples(name: string, what: string, content: () => FolderContent, words: RegExp): HostileCase {
  return { name: `examples-${name}`, what, way: 'examples', content, error: 'InputError', words }
}

/** Nine lists, each of nine references to the one before: 9^9 values. */
const laughs = Array.from({ length: 9 }, (_, level) => {
  const before = level === 0 ? 'lol' : `*a${level - 1}`
  return `a${level}: &a${level} [${Array(9).fill(before).join(', ')}]`
}).join('\n')

const changed = (from: string, to: string) => () => taskText.replace(from, to)
const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}: 0`).join('\n')

/** Task files and the examples that they name. */
export const tasks: HostileGroup = {
  title: "A task's file",
  cases: [
    task(
      'laughs',
      'has a billion values by references',
      () => laughs,
      /task\.yaml, line \d+: cannot be read: Excessive alias count/,
    ),
    task('laughs-map', 'refers to itself', () => 'a: &a { b: *a }\n', /task\.yaml, line \d+: /),
    task(
      'laughs-deep',
      'refers to a text of 20,000 letters 100 times',
      () => `labels: &a ["${'x'.repeat(20_000)}"]\nabout: [${Array(100).fill('*a').join(', ')}]`,
      /task\.yaml, line \d+: /,
    ),
    task(
      'anchors',
      'has 5,000 references',
      () => `a: &a 1\nb: [${Array(5_000).fill('*a').join(', ')}]`,
      /task\.yaml, line \d+: /,
    ),
    task('nested', 'has 20,000 lists in lists', () => nestedLists(20_000), /task\.yaml, line 1: /),
    task(
      'nested-blocks',
      'has 10,000 lists in lists in blocks',
      () => '- '.repeat(10_000),
      /task\.yaml, line 1: /,
    ),
    task('many-keys', 'has 6,000 fields', () => keys(6_000), /task\.yaml, line 1: k0 is no field of a task/),
    task('huge', 'has 2 MB', () => keys(150_000), /task\.yaml has \d+ bytes; expected at most 65536/),
    task(
      'sparse',
      'has 1 TB that take no place on the disk',
      () => ({ sparse: 2 ** 40, start: new Uint8Array(0) }),
      /task\.yaml has 1099511627776 bytes; expected at most/,
    ),
    task(
      'tag',
      'asks for an object of a program',
      () => 'name: !!js/function "function () { globalThis.canary = 1 }"\n',
      /task\.yaml, line \d+: /,
    ),
    task(
      'tag-python',
      "asks for an object of Python's",
      () => 'name: !!python/object/apply:os.system ["touch canary"]\n',
      /task\.yaml, line \d+: /,
    ),
    task('merge', 'merges a million fields', () => 'a: &a { <<: *a }\n', /task\.yaml, line \d+: /),
    task(
      'proto',
      'has the field __proto__',
      () => `__proto__: { name: x }\n${taskText}`,
      /task\.yaml, line 1: /,
    ),
    task(
      'label-object',
      'has an object with a method as a label value',
      changed('[0, 1]', '[{ toString: x }, 1]'),
      /task\.yaml, line 11: /,
    ),
    task(
      'label-nested',
      'has a list of lists as a label value',
      changed('[0, 1]', `[${nestedLists(500)}, 1]`),
      /task\.yaml, line 11: /,
    ),
    task('binary', 'is not text', () => new Uint8Array(1000).fill(0xff), /task\.yaml/),
    task(
      'two-documents',
      'holds two tasks',
      () => `${taskText}---\n${taskText}`,
      /task\.yaml, line \d+: is not YAML/,
    ),
    task(
      'outside',
      'names examples in the folder above',
      changed('colours.txt', '../secret.txt'),
      /line 12: local\.test\.0 is not valid: expected a path inside/,
    ),
    task(
      'absolute',
      'names examples by an absolute path',
      changed('colours.txt', '/etc/passwd'),
      /line 12: local\.test\.0 is not valid/,
    ),
    task(
      'drive',
      'names examples on a drive',
      changed('colours.txt', 'C:secret.txt'),
      /line 12: local\.test\.0 is not valid/,
    ),
    task(
      'address',
      'names a data set that is an address',
      () => taskText.replace(/local:[\s\S]*$/, 'hub:\n  dataset: https://example.org/evil\n'),
      /task\.yaml, line \d+: hub\./,
    ),
    task(
      'pattern',
      'has a template with a field of 20,000 letters',
      changed('{text}', `{${'x'.repeat(20_000)}}`),
      /task\.yaml, line 6: /,
    ),
    task('folder', 'is a folder', () => ({ folder: true }), /task\.yaml is a folder/),
    task('pipe', 'is a pipe', () => ({ pipe: true }), /task\.yaml is not a regular file/),
    task('loop', 'is a link to itself', () => ({ link: 'task.yaml' }), /task\.yaml cannot be/),
    examples(
      'missing',
      'names examples that are missing',
      () => ({ 'task.yaml': taskText }),
      /colours\.txt does not exist/,
    ),
    examples(
      'pipe',
      'names examples that are a pipe',
      () => ({ 'task.yaml': taskText, 'colours.txt': { pipe: true } }),
      /colours\.txt is not a regular file/,
    ),
    examples(
      'sparse',
      'names examples of 1 TB that take no place on the disk',
      () => ({ 'task.yaml': taskText, 'colours.txt': { sparse: 2 ** 40, start: new Uint8Array(0) } }),
      /colours\.txt has 1099511627776 bytes/,
    ),
    examples(
      'utf8',
      'names examples that are not UTF-8',
      () => ({ 'task.yaml': taskText, 'colours.txt': new Uint8Array([0x30, 0x20, 0xff]) }),
      /colours\.txt, line 1 is not UTF-8/,
    ),
    examples(
      'label',
      'names examples with a label that it does not know',
      () => ({ 'task.yaml': taskText, 'colours.txt': '0 a\n__proto__ b\n' }),
      /colours\.txt, line 2.*__proto__/,
    ),
    examples(
      'csv-quote',
      'names rows with a quote that never ends',
      () => ({ 'task.yaml': csvTaskText, 'colours.csv': `0,"${'a,'.repeat(100_000)}` }),
      /colours\.csv.* is not a row/,
    ),
    examples(
      'csv-columns',
      'names rows of 100,000 values',
      () => ({ 'task.yaml': csvTaskText, 'colours.csv': `0${',a'.repeat(100_000)}\n` }),
      /colours\.csv.* is not a row of 2 values/,
    ),
  ],
}
