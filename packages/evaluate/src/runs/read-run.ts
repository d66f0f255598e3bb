import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { InputError } from '@tintjs/tensor'
import { readWholeFile, type UnreadableFileError } from '@tintjs/tensor/node'
import { type ContextExample, examplesForm } from '../perplexity/example'
import { sampleForm } from '../perplexity/sample'
import type { SampleForm, SampleKey } from '../run/evaluation-plan'
import { jsonOrUndefined } from '../run/json'
import { outputFiles } from '../run/output-folder'
import { taskSampleForm } from '../tasks/task-sample'
import { parseResults } from './results-file'
import type { Run } from './run'

/**
 * Reads the folders of finished runs. Each is named after its folder; after its whole path where two have the same name.
 *
 * @throws InputError for a folder that is no finished run, that is given twice, or whose files are damaged
 */
export async function readRuns(folders: readonly string[]): Promise<Run[]> {
  const places = folders.map((folder) => resolve(folder))
  const again = folders.find((_, index) => places.indexOf(places[index] ?? '') !== index)
  if (again !== undefined) {
    throw new InputError(`The folder ${again} is given twice; expected other runs. Give each once.`)
  }
  const names = places.map((place) => basename(place))
  const runs: Run[] = []
  for (const [index, folder] of folders.entries()) {
    const own = names[index] ?? folder
    const name = names.filter((other) => other === own).length > 1 ? folder : own
    runs.push(await readRun(folder, name))
  }
  return runs
}

/** Reads the folder of a finished run. @throws InputError as {@link readRuns} */
export async function readRun(folder: string, name: string): Promise<Run> {
  const path = join(folder, outputFiles.results)
  const text = await readResults(folder)
  const { sampleCount, ...results } = parseResults(text, path)
  if (results.kind === 'perplexity') {
    const samples = await readSamples(folder, sampleForm, sampleCount)
    return { name, folder, ...results, samples, examples: await readExamples(folder) }
  }
  return { name, folder, ...results, samples: await readSamples(folder, taskSampleForm, sampleCount) }
}

/** The text of a finished run's `results.json`. @throws InputError when there is none, saying what there is instead */
export async function readResults(folder: string): Promise<string> {
  const path = join(folder, outputFiles.results)
  return readTextOf(path, longestResults).catch(async (error: UnreadableFileError) => {
    throw error.missing ? new InputError(await whyNoResults(folder)) : unreadable(path, error)
  })
}

/** The longest `results.json`: some thousand arms. */
const longestResults = 16 * 2 ** 20

async function readTextOf(path: string, mostBytes?: number): Promise<string> {
  return new TextDecoder().decode(await readWholeFile(path, mostBytes))
}

async function whyNoResults(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined)
  const expected = 'expected the folder of a run, as tint perplexity and tint evaluate write it with --output'
  if (found === undefined) return `The folder ${folder} does not exist; ${expected}.`
  if (!found.isDirectory()) return `${folder} is a file; ${expected}.`
  const content = await readdir(folder)
  if (content.includes(outputFiles.configuration)) {
    return `The run in ${folder} is not finished: it has no ${outputFiles.results} yet. Go on with the same command and --resume first.`
  }
  const inside = await runsIn(folder, content)
  return inside[0] === undefined
    ? `The folder ${folder} holds no run; ${expected}.`
    : `The folder ${folder} is no run itself, but holds some: ${inside.join(', ')}. Name the one that you mean; put the shards of one together with tint merge.`
}

async function runsIn(folder: string, names: readonly string[]): Promise<string[]> {
  const places = names.map((name) => join(folder, name)).sort()
  const found = await Promise.all(
    places.map((place) => stat(join(place, outputFiles.configuration)).catch(() => undefined)),
  )
  return places.filter((_, index) => found[index] !== undefined)
}

/**
 * Reads all samples of a finished run, or of a finished part of one.
 *
 * @param expected how many there are, as its results say
 * @throws InputError naming file and line
 */
export async function readSamples<Sample extends object>(
  folder: string,
  { schema, describe }: SampleForm<Sample>,
  expected: number,
): Promise<Sample[]> {
  const path = join(folder, outputFiles.samples)
  const text = await readTextOf(path).catch((error: UnreadableFileError) => {
    throw unreadable(path, error)
  })
  const lines = text.split('\n')
  const remedy = 'The file was changed; copy it again from where it was computed, or repeat the run.'
  if (lines.pop() !== '') throw new InputError(`${path}, line ${lines.length + 1}: it is cut off. ${remedy}`)
  const places = new Map<string, number>()
  const samples = lines.map((line, index) => {
    const parsed = schema.safeParse(jsonOrUndefined(line))
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const about = [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')
      throw new InputError(`${path}, line ${index + 1}: it is no sample of such a run (${about}). ${remedy}`)
    }
    const name = describe({ ...parsed.data } as SampleKey)
    const before = places.get(name)
    if (before !== undefined) {
      throw new InputError(
        `${path}, line ${index + 1}: ${name} is there twice, also in line ${before}. ${remedy}`,
      )
    }
    places.set(name, index + 1)
    return parsed.data
  })
  if (samples.length === expected) return samples
  throw new InputError(
    `${path}, line ${samples.length}: the file ends after ${samples.length} samples, but ${outputFiles.results} was made from ${expected}. ${remedy}`,
  )
}

/** The examples of a measurement; none where there is no such file, as in merged runs. */
async function readExamples(folder: string): Promise<readonly ContextExample[]> {
  const path = join(folder, outputFiles.examples)
  const text = await readTextOf(path, longestResults).catch((error: UnreadableFileError) => {
    if (error.missing) return undefined
    throw unreadable(path, error)
  })
  if (text === undefined) return []
  const parsed = examplesForm.safeParse(jsonOrUndefined(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const about = [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')
  throw new InputError(
    `${path} holds no examples of such a run (${about}). The file was changed; copy it again from where it was computed, or delete it.`,
  )
}

function unreadable(path: string, { problem, missing }: UnreadableFileError): InputError {
  return new InputError(
    missing
      ? `${path} does not exist; expected it beside ${outputFiles.results}. Copy the whole folder of the run.`
      : `${path} ${problem}; check that it is a file that you may read, as this version writes it.`,
  )
}
