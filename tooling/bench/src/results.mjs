import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { machineSchema, revisionSchema } from './machine.mjs'
import { works } from './works/index.mjs'

/** results.json holds something else than results of this bench. */
export class ResultsFailure extends Error {}

/** A work's result with where it came from. @param {z.ZodType} result */
function entrySchema(result) {
  return z.strictObject({
    date: z.iso.datetime(),
    /** Tiny sizes, whose figures mean nothing. */
    quick: z.boolean(),
    rounds: z.int().positive(),
    revision: revisionSchema,
    machine: machineSchema,
    result,
  })
}

/** The form of results.json: the last result of each work that was run. */
export const resultsSchema = z.strictObject({
  version: z.literal(1),
  works: z.strictObject(
    Object.fromEntries(works.map(({ name, schema }) => [name, entrySchema(schema).optional()])),
  ),
})

/**
 * @param {string} path
 * @returns {Promise<import('zod').infer<typeof resultsSchema>>} no results where there is no file
 * @throws {ResultsFailure} for a file that holds something else
 */
export async function readResults(path) {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return { version: 1, works: {} }
  const { data, error } = resultsSchema.safeParse(parsed(text, path))
  if (data !== undefined) return data
  const [{ path: field, message }] = error.issues
  throw unreadable(path, `at ${field.join('.') || 'its top'}: ${message}`)
}

function parsed(text, path) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(path, error.message)
  }
}

function unreadable(path, found) {
  return new ResultsFailure(
    `${path} is not as this bench writes it (${found}); expected its results, to which new ones are added. Move the file away, or name another folder with --out.`,
  )
}
