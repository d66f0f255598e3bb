import { InputError } from '@tintjs/tensor'
import { describe, expect, it } from 'vitest'
import { loadTask, shippedTasks } from '../shipped-tasks'
import { parseTask } from './parse-task'
import { contentFreeQuestion, questionOf } from './template'

const right = `name: colours
about: Things by colour
labels: [red, blue]
templates:
  - name: plain
    text: "{text}\\nColour: {label}"
    contentFree: "Colour: {label}"
    words: [red, blue]
local:
  format: labelled-lines
  labelValues: [0, 1]
  test: [colours.txt]
`

describe('shipped tasks', () => {
  it('are those of the paper and valid, with templates whose words are different', async () => {
    const names = await shippedTasks()
    expect(names).toEqual(['ag-news', 'amazon-polarity', 'cr', 'mpqa', 'mr', 'sst2', 'subj', 'yelp-polarity'])
    for (const name of names) {
      const task = await loadTask(name)
      expect(task.name).toBe(name)
      expect(task.templates.length).toBeGreaterThan(1)
      const texts = task.templates.map(({ text }) => text)
      expect(new Set(texts).size).toBe(texts.length)
    }
  })

  it('are refused by a name that none has', async () => {
    await expect(loadTask('sst-2')).rejects.toThrow(
      /There is no task sst-2; expected one of ag-news, .*yelp-polarity, or the path/,
    )
    await expect(loadTask('./none.yaml')).rejects.toThrow(
      /The task \.\/none\.yaml does not exist; expected a YAML file/,
    )
  })
})

describe('parseTask', () => {
  it('reads a task of anybody', () => {
    expect(parseTask(right, 'mine.yaml')).toMatchObject({
      name: 'colours',
      local: { labelValues: ['0', '1'], encoding: 'utf-8' },
    })
  })

  const changed = (from: string, to: string) => right.replace(from, to)
  it.each<[string, string, RegExp]>([
    [
      'a field that no data have',
      changed('{text}', '{body}'),
      /mine\.yaml, line 6: template plain has the field \{body\}, which no data have; expected some of \{text\} and \{label\}/,
    ],
    [
      'a text that goes on after the label',
      changed('Colour: {label}"\n    c', 'Colour: {label}."\n    c'),
      /line 6: text of template plain goes on after \{label\}/,
    ],
    [
      'a text without a label',
      changed('Colour: {label}"\n    c', 'Colour:"\n    c'),
      /line 6: text of template plain has \{label\} 0 times/,
    ],
    [
      'a text that asks nothing',
      changed('{text}\\nColour: {label}', '{label}'),
      /line 6: text of template plain asks nothing/,
    ],
    [
      'a content-free question with a field',
      changed('contentFree: "', 'contentFree: "{text} '),
      /line 7: contentFree of template plain has \{text\}; expected \{label\} alone/,
    ],
    [
      'too few words',
      changed('words: [red, blue]', 'words: [red, blue, green]'),
      /line 8: template plain has 3 words for 2 labels; expected a word for each label/,
    ],
    [
      'equal words',
      changed('words: [red, blue]', 'words: [red, red]'),
      /line 8: the word of template plain red is there twice/,
    ],
    [
      'too few label values',
      changed('labelValues: [0, 1]', 'labelValues: [0, 1, 2]'),
      /line 11: local has 3 labelValues for 2 labels/,
    ],
    ['no data', right.slice(0, right.indexOf('local')), /line 1: names no data; expected local, hub or both/],
    [
      'a path that leads out',
      changed('colours.txt', '../colours.txt'),
      /line 12: local\.test\.0 is not valid: expected a path inside the data/,
    ],
    [
      'a field that is not known, in the place of the one that is missing',
      changed('about:', 'abuot:'),
      /line 2: abuot is no field of a task; expected/,
    ],
    [
      'a field of a template that is not known',
      changed('    contentFree:', '    question: x\n    contentFree:'),
      /line 7: templates\.0\.question is no field of a task; expected/,
    ],
    [
      'a field of the data that is not known',
      changed('  test:', '  validation: [a]\n  test:'),
      /line 12: local\.validation is no field of a task; expected/,
    ],
    ['another format', changed('labelled-lines', 'xml'), /line 10: local\.format is not valid/],
    [
      'two templates of one name',
      changed(
        'local:',
        '  - { name: plain, text: "a {label}", contentFree: "a {label}", words: [a, b] }\nlocal:',
      ),
      /the template plain is there twice/,
    ],
    ['a name twice', changed('about:', 'name: other\nabout:'), /line 2: has the name name twice/],
    [
      'lists in lists',
      `x: ${'['.repeat(100)}${']'.repeat(100)}`,
      /line 1: has more than 64 levels of nesting/,
    ],
    [
      'lists in lists beyond the stack',
      '['.repeat(30_000),
      /line 1: (cannot be read|is not YAML|has more than)/,
    ],
    [
      'an object as a label value',
      changed('[0, 1]', '[{ toString: 0 }, 1]'),
      /line 11: local\.labelValues\.0 is not/,
    ],
    ['too long a text', `# ${'x'.repeat(70_000)}`, /line 1: it has 70002 letters; expected at most 65536/],
    ['what is no YAML', changed('[red, blue]', '[red, blue'), /mine\.yaml, line \d+: is not YAML/],
    [
      'a column that the header does not have',
      changed('labelled-lines', 'csv\n  header: [a, b]\n  label: c\n  fields: { text: a }'),
      /line 12: label of local is the column c, which the header does not have; expected some of a, b/,
    ],
  ])('refuses %s', (_, text, words) => {
    expect(() => parseTask(text, 'mine.yaml')).toThrow(words)
    expect(() => parseTask(text, 'mine.yaml')).toThrow(InputError)
  })
})

describe('questions', () => {
  it('leave the space before the label to the label', () => {
    const template = {
      name: 'plain',
      text: '{text}\nColour: {label}',
      contentFree: 'Colour: {label}',
      words: ['red', 'blue'],
    }
    expect(questionOf(template, { text: 'a $& {label} tomato' })).toEqual({
      prompt: 'a $& {label} tomato\nColour:',
      answers: [' red', ' blue'],
    })
    expect(contentFreeQuestion(template)).toEqual({ prompt: 'Colour:', answers: [' red', ' blue'] })
  })
})
