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
 * @param {string} folder of V8's files, one a process; may not be there
 * @param {string} under only code of built files under this folder counts; dependencies do not
 * @returns {Promise<import('istanbul-lib-coverage').CoverageMap>}
 */
export async function processCoverage(folder, under) {
  // Merged at once: hundreds of processes would not fit in memory.
  /** @type {Map<string, import('@bcoe/v8-coverage').ScriptCov>} */
  const byFile = new Map()
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    for (const script of scriptsOf(join(folder, name))) {
      const file = builtFile(script.url, under)
      if (file === undefined) continue
      const before = byFile.get(file)
      byFile.set(file, (before && mergeScriptCovs([before, { ...script, url: before.url }])) ?? script)
    }
  }
  const map = libCoverage.createCoverageMap({})
  for (const [file, script] of byFile) map.merge(await converted(file, script))
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
 * @param {import('@bcoe/v8-coverage').ScriptCov} script of that file
 */
async function converted(file, script) {
  const code = readFileSync(file, 'utf8')
  return convert({
    ast: /** @type {never} */ (
      parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })
    ),
    code,
    wrapperLength: 0,
    coverage: /** @type {never} */ ({ ...script, scriptId: '0', url: `file://${file}` }),
    sourceMap: JSON.parse(readFileSync(`${file}.map`, 'utf8')),
  })
}
