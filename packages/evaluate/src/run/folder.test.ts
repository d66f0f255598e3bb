import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashModel } from '@tintjs/inner/node'
import { InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type PerplexityConfiguration, perplexityConfigurationForm } from '../perplexity/configuration'
import { hashTokens } from '../perplexity/hashes'
import { type PerplexityPlan, planPerplexity } from '../perplexity/plan'
import { type Sample, sampleForm } from '../perplexity/sample'
import { settingsRecord } from '../perplexity/settings'
import { tinyContexts, tinyModel } from '../test-support'
import { firstDifference } from './configuration-form'
import { checkOutputFolder, openOutputFolder, outputFiles, readConfiguration } from './output-folder'
import { readFinishedUnits, SamplesFile } from './samples-file'

const form = perplexityConfigurationForm

let plan: PerplexityPlan
let configuration: PerplexityConfiguration
let folder: string

beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  const model = tinyModel()
  const options = { trainFractions: [0.5, 0.75], learningRates: [1e-3, 0.1], batch: 2 }
  plan = planPerplexity(model.description, tinyContexts(5), options)
  configuration = {
    ...settingsRecord(plan.settings),
    format: 2,
    modelHash: await hashModel(model),
    textSha256: 'a'.repeat(64),
    tokensSha256: hashTokens(plan.contexts),
    beginOfText: null,
    specialTokens: false,
    stride: 12,
    contexts: [0, 1],
    limit: null,
    engine: 'wasm',
    threads: 1,
  }
  model.dispose()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tint-evaluate-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Samples of a unit with made-up numbers. */
const samplesOf = (index: number): Sample[] =>
  plan.keys(index).map((key, line) => ({
    ...key,
    negativeLogLikelihood: (index + 1) / (line + 3),
    tokens: 6,
    bytes: 10,
    words: 2,
  }))

const path = () => join(folder, outputFiles.samples)

async function writeUnits(from: number, to: number, end: number): Promise<void> {
  const file = await SamplesFile.open(path(), sampleForm, { end })
  for (let index = from; index < to; index++) await file.append(samplesOf(index))
  await file.close()
}

describe('samples.jsonl', () => {
  it('goes on from any place where a process was killed to the same bytes', async () => {
    await writeUnits(0, plan.unitCount, 0)
    const whole = readFileSync(path())
    expect((await readFinishedUnits(path(), plan)).count).toBe(plan.unitCount)
    for (let length = 0; length <= whole.length; length += 97) {
      writeFileSync(path(), whole.subarray(0, length))
      const { count, samples, end } = await readFinishedUnits(path(), plan)
      expect(end).toBeLessThanOrEqual(length)
      expect(samples).toEqual(Array.from({ length: count }, (_, index) => samplesOf(index)).flat())
      await writeUnits(count, plan.unitCount, end)
      expect(readFileSync(path()).equals(whole)).toBe(true)
    }
  })

  it('has one JSON object a line with its fields in one order', async () => {
    await writeUnits(0, 1, 0)
    const [line] = readFileSync(path(), 'utf8').split('\n')
    expect(line).toBe(
      '{"sample":0,"way":"inner","trainFraction":0.5,"learningRate":null,"negativeLogLikelihood":0.3333333333333333,"tokens":6,"bytes":10,"words":2}',
    )
  })

  it('refuses lines that this run does not have there', async () => {
    await writeUnits(0, 3, 0)
    const right = readFileSync(path(), 'utf8')
    for (const wrong of [
      right.replace('"sample":1', '"sample":3'),
      right.replace('{"sample":1', '{{'),
      `\n${right}`,
    ]) {
      writeFileSync(path(), wrong)
      await expect(readFinishedUnits(path(), plan)).rejects.toThrow(
        /Line [13] of .*samples\.jsonl is not what this run has there: expected context [01], way inner at fraction 0\.5/,
      )
    }
    await writeUnits(0, plan.unitCount, 0)
    appendFileSync(path(), 'more\n')
    await expect(readFinishedUnits(path(), plan)).rejects.toThrow(
      /goes on after line \d+, where this run's samples end; .* Delete what comes after line/,
    )
  })

  it('keeps what comes before a damaged line when that is deleted, as the message says', async () => {
    await writeUnits(0, plan.unitCount, 0)
    const whole = readFileSync(path())
    const lines = whole.toString('utf8').trimEnd().split('\n')
    writeFileSync(path(), `${[...lines.slice(0, -1), '\0\0\0'].join('\n')}\n`)
    const last = lines.length
    await expect(readFinishedUnits(path(), plan)).rejects.toThrow(`delete line ${last} and all after it`)
    writeFileSync(path(), `${lines.slice(0, last - 1).join('\n')}\n`)
    const { count, end } = await readFinishedUnits(path(), plan)
    expect(count).toBe(plan.unitCount - 1)
    await writeUnits(count, plan.unitCount, end)
    expect(readFileSync(path()).equals(whole)).toBe(true)
  })

  it('counts what was appended, once it is written', async () => {
    const file = await SamplesFile.open(path(), sampleForm, { end: 0 })
    expect(await file.appended()).toBe(0)
    const appending = file.append(samplesOf(0))
    expect(await file.appended()).toBe(samplesOf(0).length)
    expect(readFileSync(path(), 'utf8').split('\n')).toHaveLength(samplesOf(0).length + 1)
    await appending
    appendFileSync(path(), 'x')
    await expect(file.append(samplesOf(1))).rejects.toThrow(InputError)
    expect(await file.appended()).toBe(samplesOf(0).length)
    await file.close()
  })

  it('says so when it is deleted with its folder', async () => {
    const file = await SamplesFile.open(path(), sampleForm, { end: 0 })
    rmSync(folder, { recursive: true })
    await expect(file.append(samplesOf(0))).rejects.toThrow(
      /was deleted while the run wrote to it; start again/,
    )
    await file.close()
  })

  it('notices another process that writes to it', async () => {
    const file = await SamplesFile.open(path(), sampleForm, { end: 0 })
    await file.append(samplesOf(0))
    appendFileSync(path(), 'x')
    await expect(file.append(samplesOf(1))).rejects.toThrow(/Another process writes to /)
    await file.close()
  })
})

describe('the output folder', () => {
  it('is made, and opened again by the same run', async () => {
    const inside = join(folder, 'a', 'b')
    const release = await openOutputFolder(inside, form, configuration, { resume: false })
    await expect(openOutputFolder(inside, form, configuration, { resume: true })).rejects.toThrow(
      /Process \d+ is at work in the folder .*; wait for it to end, then resume/,
    )
    release()
    expect(await readConfiguration(inside, form)).toEqual(configuration)
    ;(await openOutputFolder(inside, form, { ...configuration }, { resume: true }))()
    expect(readdirSync(inside)).toEqual([outputFiles.configuration])
  })

  it('that cannot be made is refused', async () => {
    writeFileSync(join(folder, 'file'), '')
    for (const inside of [join(folder, 'file', 'a'), '/proc/none/a']) {
      await expect(openOutputFolder(inside, form, configuration, { resume: false })).rejects.toThrow(
        /could not be made \((ENOTDIR|ENOENT|EACCES|EPERM|EROFS)\); check that its parent may be written/,
      )
    }
  })

  it('names the first thing in which another run differs', async () => {
    ;(await openOutputFolder(folder, form, configuration, { resume: false }))()
    for (const [change, words] of [
      [{ engine: 'cpu' }, /engine was "wasm" and is "cpu" now/],
      [{ trainFractions: [0.5], engine: 'cpu' }, /trainFractions was \[0\.5,0\.75\] and is \[0\.5\] now/],
      [{ limit: 3 }, /limit was null and is 3 now/],
      [{ modelHash: 'b'.repeat(64), context: 3 }, /modelHash was /],
    ] as const) {
      const other = openOutputFolder(folder, form, { ...configuration, ...change }, { resume: true })
      await expect(other).rejects.toThrow(words)
      await expect(other).rejects.toThrow(InputError)
    }
  })

  it('takes a limit of any size', async () => {
    const unlimited = { ...configuration, limit: 1e20 }
    await openOutputFolder(folder, form, unlimited, { resume: false })
    expect(await readConfiguration(folder, form)).toEqual(unlimited)
  })

  it('knows every field that decides about samples', () => {
    for (const [field, value] of Object.entries(configuration)) {
      const other = { ...configuration, [field]: typeof value === 'number' ? value + 1 : ['other'] }
      expect(firstDifference(form, configuration, other)).toMatchObject({ field })
    }
    expect(firstDifference(form, configuration, { ...configuration })).toBeUndefined()
  })

  it('is refused where it holds something else', async () => {
    await checkOutputFolder(join(folder, 'new'), { resume: true })
    await checkOutputFolder(folder, { resume: false })
    writeFileSync(join(folder, 'file'), '')
    await expect(checkOutputFolder(join(folder, 'file'), { resume: false })).rejects.toThrow(/is a file; /)
    for (const resume of [false, true]) {
      await expect(checkOutputFolder(folder, { resume })).rejects.toThrow(
        /holds 1 files, such as file, and no run/,
      )
    }
    const run = join(folder, 'run')
    ;(await openOutputFolder(run, form, configuration, { resume: false }))()
    await expect(checkOutputFolder(run, { resume: false })).rejects.toThrow(
      /holds a run already; give --resume/,
    )
    writeFileSync(join(run, outputFiles.configuration), '{"format":2}')
    await expect(openOutputFolder(run, form, configuration, { resume: true })).rejects.toThrow(
      /is not the configuration of a run that this version can go on with/,
    )
  })

  it('is as new after a kill in the middle of writing the configuration', async () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '.configuration.json.0a1b2c3d-0000-4000-8000-000000000000.tmp'), '{"for')
    ;(await openOutputFolder(folder, form, configuration, { resume: true }))()
    expect(readdirSync(folder)).toEqual([outputFiles.configuration])
  })
})
