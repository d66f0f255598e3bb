import { InputError } from '@tintjs/tensor'
import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type * as z from 'zod'
import { fieldsOf, type TaskDefinition, taskSchema } from './task'
import { fieldsInTemplate, problemOfTemplate } from './template'

/** The longest text of a task. The YAML library's time grows faster than the text. */
export const longestTask = 64 * 1024

/** The deepest nesting of a task; the YAML library and what follows take a part of the stack for each level. */
const deepestTask = 64

type Path = readonly PropertyKey[]

/** Where something is wrong in a task, and what. */
interface Problem {
  readonly path: Path
  readonly words: string
}

/**
 * Reads a task.
 *
 * @param text YAML
 * @param file what messages call it
 * @throws InputError naming file, line and what is wrong first
 */
export function parseTask(text: string, file: string): TaskDefinition {
  if (text.length > longestTask) {
    throw refusal(file, 1, `it has ${text.length} letters; expected at most ${longestTask}`)
  }
  const lines = new LineCounter()
  const document = parsedYaml(text, file, lines)
  const [broken] = document.errors
  if (broken !== undefined) {
    throw refusal(file, lines.linePos(broken.pos[0]).line, `is not YAML: ${broken.message}`)
  }
  const place = firstExcess(document)
  if (place !== undefined) throw refusal(file, lines.linePos(place.at).line, place.words)
  // Aliases that grow without end are refused by the library, as an error of this call.
  const parsed = taskSchema.safeParse(plainValue(document, file))
  const line = (path: Path) => lineOf(document, lines, path)
  const problem = parsed.success ? problems(parsed.data).next().value : problemOfForm(parsed.error)
  if (problem) throw refusal(file, line(problem.path), problem.words)
  return parsed.data as TaskDefinition
}

/** Names that occur twice are looked for below: the library compares each with each. */
function parsedYaml(text: string, file: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'error' })
  } catch (error) {
    // Of the stack, where a text is nested too deeply.
    throw refusal(file, 1, `cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The first place that is nested too deeply or has a name for the second time. */
function firstExcess(document: Document): { readonly at: number; readonly words: string } | undefined {
  let excess: { readonly at: number; readonly words: string } | undefined
  visit(document, {
    Collection(_, { range }, around) {
      if (around.length <= deepestTask || around.filter(isCollection).length < deepestTask) return undefined
      excess = { at: range?.[0] ?? 0, words: `has more than ${deepestTask} levels of nesting` }
      return visit.BREAK
    },
    Map(_, { items }) {
      const names = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (names.has(key.value)) {
          excess = { at: key.range?.[0] ?? 0, words: `has the name ${String(key.value).slice(0, 80)} twice` }
          return visit.BREAK
        }
        names.add(key.value)
      }
      return undefined
    },
  })
  return excess
}

/** An unknown name comes first: what is missing is often what it was meant to be. */
function problemOfForm({ issues }: z.ZodError): Problem {
  for (const issue of issues) {
    const [key] = issue.code === 'unrecognized_keys' ? issue.keys : []
    if (key === undefined) continue
    const path = [...issue.path, key]
    return {
      path,
      words: `${naming(path)} is no field of a task; expected a name as the shipped tasks have it`,
    }
  }
  const [issue] = issues
  const path = issue?.path ?? []
  return { path, words: `${naming(path)} is not valid: ${issue?.message ?? 'unknown'}` }
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw refusal(file, 1, `cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What the form alone does not say, in the order of the file. */
function* problems(task: TaskDefinition): Generator<Problem, undefined> {
  if (task.local === undefined && task.hub === undefined) {
    yield { path: [], words: 'names no data; expected local, hub or both' }
  }
  yield* repeated(task.labels, ['labels'], 'label')
  yield* repeated(
    task.templates.map(({ name }) => name),
    ['templates'],
    'template',
  )
  for (const index of task.templates.keys()) yield* templateProblems(task, index)
  yield* sourceProblems(task, 'local')
  yield* sourceProblems(task, 'hub')
}

function* templateProblems(
  { labels, templates, local, hub }: TaskDefinition,
  index: number,
): Generator<Problem> {
  const template = templates[index]
  if (template === undefined) return
  const path = ['templates', index]
  const called = `template ${template.name}`
  const known = new Set([local, hub].flatMap((source) => (source === undefined ? [] : fieldsOf(source))))
  for (const part of ['text', 'contentFree'] as const) {
    const problem = problemOfTemplate(template[part])
    if (problem) yield { path: [...path, part], words: `${part} of ${called} ${problem}` }
    const fields = fieldsInTemplate(template[part]).filter((field) => field !== 'label')
    const unknown = fields.find((field) => !known.has(field))
    if (part === 'contentFree' && fields[0] !== undefined) {
      yield {
        path: [...path, part],
        words: `contentFree of ${called} has {${fields[0]}}; expected {label} alone, as it asks about nothing`,
      }
    }
    if (unknown !== undefined) {
      const those = [...known].map((field) => `{${field}}`).join(', ')
      yield {
        path: [...path, part],
        words: `${called} has the field {${unknown.slice(0, 80)}}, which no data have; expected some of ${those} and {label}`,
      }
    }
  }
  if (template.words.length !== labels.length) {
    yield {
      path: [...path, 'words'],
      words: `${called} has ${template.words.length} words for ${labels.length} labels; expected a word for each label`,
    }
  }
  yield* repeated(template.words, [...path, 'words'], `word of ${called}`)
}

function* sourceProblems(task: TaskDefinition, kind: 'local' | 'hub'): Generator<Problem> {
  const source = task[kind]
  if (source === undefined) return
  const { labelValues } = source
  if (labelValues.length !== task.labels.length) {
    yield {
      path: [kind, 'labelValues'],
      words: `${kind} has ${labelValues.length} labelValues for ${task.labels.length} labels; expected one for each label`,
    }
  }
  yield* repeated(labelValues, [kind, 'labelValues'], `label value of ${kind}`)
  if (!('header' in source)) return
  const named = [['label', source.label] as const, ...Object.entries(source.fields)]
  for (const [field, column] of named) {
    const missing = [column].flat().find((name) => !source.header.includes(name))
    if (missing === undefined) continue
    yield {
      path: field === 'label' ? [kind, field] : [kind, 'fields', field],
      words: `${field} of ${kind} is the column ${missing}, which the header does not have; expected some of ${source.header.join(', ')}`,
    }
  }
}

function* repeated(values: readonly string[], path: Path, what: string): Generator<Problem> {
  const index = values.findIndex((value, place) => values.indexOf(value) < place)
  if (index !== -1) yield { path: [...path, index], words: `the ${what} ${values[index]} is there twice` }
}

/** The line of the part that a path names, or of the nearest part around it. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(document, path.slice(0, length))
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** The name of a field, whose value may begin on a later line; else the part itself. */
function nodeAt(document: Document, path: Path): unknown {
  const around = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const pair = isMap(around)
    ? around.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    : undefined
  return pair?.key ?? document.getIn(path, true)
}

function naming(path: Path): string {
  return path.length === 0 ? 'it' : path.map(String).join('.')
}

/** On one line and cut: names and texts are as long as their author likes. */
function shortened(words: string): string {
  const line = words.slice(0, 600).replaceAll(/\s+/g, ' ')
  return words.length <= 600 ? line : `${line}...`
}

function refusal(file: string, line: number, words: string): InputError {
  return new InputError(`The task ${file}, line ${line}: ${shortened(words)}. Correct that line.`)
}
