import { InputError, parseUntrustedJson, shown } from '@tintjs/tensor'
import { LineCounter, parseDocument } from 'yaml'
import * as z from 'zod'
import { type PerplexityConfiguration, perplexityConfigurationForm } from '../perplexity/configuration'
import { type TaskConfiguration, taskConfigurationSchema } from '../tasks/task-configuration'

const count = z.int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const origin = {
  model: z.string(),
  modelHash: sha256,
  engine: z.string(),
  versions: z.record(z.string(), z.string()),
  // Runs before version 0.1 did not note it.
  gitRevision: z.string().nullable().default(null),
}

/** What a report needs of a measurement's `results.json`: figures come from its samples, and are there to be counted. */
const perplexityResults = z.object({
  ...origin,
  data: z.object({ file: z.string(), sha256 }),
  configuration: perplexityConfigurationForm,
  results: z.array(z.object({ contexts: count })),
})

/** The same of a task's. */
const taskResults = z.object({
  ...origin,
  task: z.object({ name: z.string(), labels: z.array(z.string()) }),
  data: z.object({ sha256 }),
  configuration: taskConfigurationSchema,
  results: z.array(z.object({ seeds: z.array(z.object({ samples: count })) })),
})

type Origin = Omit<z.infer<typeof perplexityResults>, 'data' | 'configuration' | 'results'>

/** A `results.json` with how many samples it was made from. */
export type RunResults = Origin & { readonly sampleCount: number; readonly dataSha256: string } & (
    | {
        readonly kind: 'perplexity'
        readonly file: string
        readonly configuration: PerplexityConfiguration
      }
    | {
        readonly kind: 'task'
        readonly task: { readonly name: string; readonly labels: readonly string[] }
        readonly configuration: TaskConfiguration
      }
  )

/**
 * Reads a run's `results.json`.
 *
 * @param path what messages call it
 * @throws InputError naming file, line and what is wrong first; for a part of a run that is not merged yet
 */
export function parseResults(text: string, path: string): RunResults {
  const content = wholeRun(parseJson(text, path), path)
  if (typeof content === 'object' && content !== null && 'task' in content) {
    const { task, data, results, ...found } = checked(taskResults, content, text, path)
    const sampleCount = sum(results.flatMap(({ seeds }) => seeds.map(({ samples }) => samples)))
    return { kind: 'task', ...found, task, dataSha256: data.sha256, sampleCount }
  }
  const { data, results, ...found } = checked(perplexityResults, content, text, path)
  const sampleCount = sum(results.map(({ contexts }) => contexts))
  return { kind: 'perplexity', ...found, file: data.file, dataSha256: data.sha256, sampleCount }
}

function parseJson(text: string, path: string): unknown {
  const parsed = parseUntrustedJson(text)
  if ('value' in parsed) return parsed.value
  const position = /position (\d+)/.exec(parsed.problem)?.[1]
  const line = text.slice(0, position === undefined ? undefined : Number(position)).split('\n').length
  throw damaged(path, line, parsed.problem)
}

/** The configuration of a whole run does not say which part it is. */
function wholeRun(content: unknown, path: string): unknown {
  const { success, data } = z.looseObject({ configuration: z.looseObject({}) }).safeParse(content)
  if (!success) return content
  const { shard = null, ...configuration } = data.configuration
  if (shard === null) return { ...data, configuration }
  throw new InputError(
    `${path} is of one part of a run (its shard is ${shown(shard)}); expected a whole run. Put all of its parts together with tint merge first.`,
  )
}

function checked<Content>(schema: z.ZodType<Content>, content: unknown, text: string, path: string): Content {
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path ?? []
  const name = field.length === 0 ? 'it' : field.join('.')
  throw damaged(
    path,
    lineOf(text, field),
    `${name} is not what this version writes (${issue?.message ?? ''})`,
  )
}

/** Of a longer text the YAML library would take seconds to tell a line. */
const longestWithLines = 2 ** 20

/** JSON is YAML, whose reader knows where each value stands. What is missing is told by what it is missing from. */
function lineOf(text: string, path: readonly PropertyKey[]): number {
  if (text.length > longestWithLines) return 1
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false })
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined
    if (node?.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

function damaged(path: string, line: number, problem: string): InputError {
  return new InputError(
    `${path}, line ${line}: ${problem}. The file was changed or is of another version; run the same command again with --resume to write it anew.`,
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
