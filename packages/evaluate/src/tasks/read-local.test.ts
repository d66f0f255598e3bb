import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@tintjs/tensor'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadTask } from '../shipped-tasks'
import { readLocalTask } from './read-local'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tint-tasks-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content)
const windows = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

/** As many lines of each label, with one text each. */
const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index % 2} text ${index} .`).join('\n')

describe('readLocalTask', () => {
  it('reads lines with labels, by part', async () => {
    write('stsa.binary.train', '1 warm and true .\n0 dull\n')
    write('stsa.binary.test', '0 no wit \n1 crème brûlée\r\n')
    const data = await readLocalTask(await loadTask('sst2'), folder)
    expect(data.train.map(({ id, label, fields }) => [id, label, fields.text])).toEqual([
      [0, 1, 'warm and true .'],
      [1, 0, 'dull'],
    ])
    expect(data.test.map(({ fields }) => fields.text)).toEqual(['no wit', 'crème brûlée'])
    expect(data.test[1]?.place).toBe(`${join(folder, 'stsa.binary.test')}, line 2`)
    expect(data.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('sets a fifth of each class aside where there is no training part, the same each time', async () => {
    write('mpqa.all', lines(40))
    const task = await loadTask('mpqa')
    const { train, test } = await readLocalTask(task, folder)
    expect(train.map(({ label }) => label).sort()).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
    expect(test).toHaveLength(32)
    expect(new Set([...train, ...test].map(({ fields }) => fields.text)).size).toBe(40)
    expect((await readLocalTask(task, folder)).train).toEqual(train)
  })

  it('reads Windows letters, whatever else would end a line elsewhere', async () => {
    write('rt-polarity.all', windows(`0 clich\u00e9s\u0085 and \u0096 more\n${lines(20)}`))
    const { train, test } = await readLocalTask(await loadTask('mr'), folder)
    expect([...train, ...test].map(({ fields }) => fields.text)).toContain('clichés… and – more')
    expect(train.length + test.length).toBe(21)
  })

  it('counts what has no text, as the published files have it', async () => {
    write('custrev.all', `0 \n1\n${lines(20)}`)
    expect((await readLocalTask(await loadTask('cr'), folder)).withoutText).toBe(2)
  })

  it('reads comma-separated values with quotes and line ends in them', async () => {
    write('ag_news.classes.txt', 'World\nSports\nBusiness\nSci/Tech\n')
    const row = (label: number) => `"${label}","Title of ${label}","He said ""no"",\nand left"\n`
    write('ag_news.test.csv', [1, 2, 3, 4].flatMap((label) => Array<string>(5).fill(row(label))).join(''))
    const { train, test } = await readLocalTask(await loadTask('ag-news'), folder)
    expect([train.length, test.length]).toEqual([4, 16])
    expect(test[0]).toMatchObject({
      label: 0,
      fields: { text: 'Title of 1 He said "no",\nand left', title: 'Title of 1' },
    })
  })

  const agNews = async (content: string, classes = 'a\nb\nc\nd') => {
    write('ag_news.classes.txt', classes)
    write('ag_news.test.csv', content)
    return readLocalTask(await loadTask('ag-news'), folder)
  }
  const mpqa = async (content: string | Uint8Array) => {
    write('mpqa.all', content)
    return readLocalTask(await loadTask('mpqa'), folder)
  }
  const sst2 = async (content: string | Uint8Array) => {
    write('stsa.binary.train', content)
    return readLocalTask(await loadTask('sst2'), folder)
  }
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a label that is not there',
      () => mpqa('0 a\n2 b\n'),
      /mpqa\.all, line 2: the label is "2"; expected one of 0, 1 \(negative, positive\)/,
    ],
    [
      'a line without a label',
      () => mpqa('0 a\n\n1 b'),
      /mpqa\.all, line 2 is ""; expected a label, a space and a text/,
    ],
    [
      'bytes that are not UTF-8',
      () => sst2(windows('0 a\n1 b\n0 \u00e9\n')),
      /stsa\.binary\.train, line 3 is not UTF-8; .*windows-1252/,
    ],
    ['an empty file', () => mpqa(' \n'), /mpqa\.all is empty/],
    [
      'no file',
      async () => readLocalTask(await loadTask('subj'), folder),
      /subj\.all does not exist; expected it, as the task subj reads it/,
    ],
    ['one class alone', () => mpqa('0 a\n0 b\n'), /no example to ask with the label positive/],
    ['too few of a class', () => mpqa('0 a\n1 b\n'), /no example for demonstrations with the label negative/],
    [
      'a row with too many values',
      () => agNews('"1","a","b"\n"2","a"\n'),
      /ag_news\.test\.csv, line 2 is not a row of 3 values \(class, title, description\)/,
    ],
    [
      'a quote that is not closed',
      () => agNews('"1","a","b"\n"2","a","b\n'),
      /ag_news\.test\.csv, line 2 is not a row of 3 values .*Quote Not Closed/,
    ],
    [
      'another number of classes',
      () => agNews('"1","a","b"\n', 'a\nb\n'),
      /names 2 classes; expected 4, as the task ag-news has \(world, /,
    ],
    [
      'a label of another data set',
      () => agNews('"5","a","b"\n'),
      /ag_news\.test\.csv, line 1: the label is "5"/,
    ],
  ])('refuses %s', async (_, reading, words) => {
    await expect(reading()).rejects.toThrow(words)
    await expect(reading()).rejects.toThrow(InputError)
  })

  it('refuses a task without local files', async () => {
    const { local: _, ...task } = await loadTask('sst2')
    await expect(readLocalTask(task, folder)).rejects.toThrow(/The task sst2 names no local files/)
  })
})
