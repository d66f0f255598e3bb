import * as growth from './growth.mjs'
import * as literal from './literal.mjs'
import * as loading from './loading.mjs'
import * as perplexity from './perplexity.mjs'
import * as profile from './profile.mjs'
import * as shapes from './shapes.mjs'
import * as start from './start.mjs'
import * as step from './step.mjs'

/**
 * What the bench measures.
 *
 * @typedef {object} Work
 * @property {string} name for `--only` and in results.json
 * @property {string} title
 * @property {string} description what is measured, in the full sizes
 * @property {import('zod').ZodType} schema of its result
 * @property {(context: import('../context.mjs').Context) => Promise<any>} run measures
 * @property {(result: any) => import('../account.mjs').Account} account what people see of a result
 */

/**
 * What was measured.
 *
 * @typedef {object} Measured
 * @property {boolean} quick tiny sizes, whose figures mean nothing
 * @property {any} result of the work
 */

/** In the order of runs and pages. @type {readonly Work[]} */
export const works = [step, perplexity, shapes, growth, literal, loading, start, profile]
