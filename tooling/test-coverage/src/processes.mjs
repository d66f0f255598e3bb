import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mergeScriptCovs } from '@bcoe/v8-coverage'
import { parse } from 'acorn'
import { convert } from 'ast-v8-to-istanbul'
import libCoverage from 'istanbul-lib-coverage'

/**
 * Which source lines ran in processes that wrote V8's coverage (`NODE_V8_COVERAGE`), by the source maps of what they ran.
 *
 * @param {readonly string[]} folders of V8's files, one a process
 * @param {string} under only code of built files under this folder counts; dependencies do not
 * @returns {Promise<import('istanbul-lib-coverage').CoverageMap>}
 */
export async function processCoverage(folders, under) {
  /** @type {Map<string, import('@bcoe/v8-coverage').ScriptCov[]>} */
  const byFile = new Map()
  for (const folder of folders) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      for (const script of scriptsOf(join(folder, name))) {
        const file = builtFile(script.url, under)
        if (file !== undefined) byFile.set(file, [...(byFile.get(file) ?? []), script])
      }
    }
  }
  const map = libCoverage.createCoverageMap({})
  for (const [file, scripts] of byFile) map.merge(await converted(file, scripts))
  return map
}

/**
 * @param {string} file
 * @returns {import('@bcoe/v8-coverage').ScriptCov[]} none for a file that a killed process left unfinished
 */
function scriptsOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).result
  } catch {
    return []
  }
}

/**
 * @param {string} url
 * @param {string} under
 */
function builtFile(url, under) {
  if (!url.startsWith('file:')) return undefined
  const file = fileURLToPath(url)
  const measured = file.startsWith(under) && !file.includes('node_modules') && existsSync(`${file}.map`)
  return measured ? file : undefined
}

/**
 * @param {string} file
 * @param {import('@bcoe/v8-coverage').ScriptCov[]} scripts of that file, one a process
 */
async function converted(file, scripts) {
  const code = readFileSync(file, 'utf8')
  const merged = mergeScriptCovs(scripts)
  return convert({
    ast: /** @type {never} */ (
      parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })
    ),
    code,
    wrapperLength: 0,
    coverage: /** @type {never} */ ({ scriptId: '0', ...merged, url: `file://${file}` }),
    sourceMap: JSON.parse(readFileSync(`${file}.map`, 'utf8')),
  })
}
