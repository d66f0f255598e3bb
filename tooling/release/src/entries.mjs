/** What a package offers to those who import it. */

/**
 * An entry of a package that is code: what `exports` or `bin` names.
 *
 * @typedef {object} Entry
 * @property {string} specifier what is imported, e.g. `@tintjs/tensor/node`
 * @property {string} file its JavaScript, seen from the package's folder
 * @property {string} [types] its declarations, seen from the package's folder
 */

/**
 * The entries under `exports`, in their order.
 *
 * @param {Record<string, any>} manifest
 * @returns {Entry[]}
 */
export function importedEntries({ name, exports = {} }) {
  return Object.entries(exports)
    .map(([path, target]) => {
      const { import: file, types } = typeof target === 'string' ? { import: target } : target
      return { specifier: name + path.slice(1), file, ...(types !== undefined && { types }) }
    })
    .filter(({ file }) => /\.[cm]?js$/.test(file ?? ''))
}

/**
 * The JavaScript files of `exports` and `bin`.
 *
 * @param {Record<string, any>} manifest
 * @returns {string[]} seen from the package's folder
 */
export function codeFiles(manifest) {
  const programs = typeof manifest.bin === 'string' ? [manifest.bin] : Object.values(manifest.bin ?? {})
  return [...new Set([...importedEntries(manifest).map(({ file }) => file), ...programs])]
}
