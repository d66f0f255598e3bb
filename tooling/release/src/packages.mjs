/** The packages that are published: which they are, and what their tarballs hold. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getPackages } from '@manypkg/get-packages'
import { extract } from 'tar'
import { pnpmOrThrow } from './processes.mjs'

/**
 * @typedef {object} Workspace
 * @property {string} root the repository's folder
 * @property {string} packageManager pnpm with its version, e.g. `pnpm@10.34.9`
 * @property {PublishablePackage[]} packages those that are published, by name
 *
 * @typedef {object} PublishablePackage
 * @property {string} name
 * @property {string} folder its folder
 * @property {string} directory its folder seen from the root, with `/`
 * @property {Record<string, any>} manifest its package.json, as it is in the repository
 *
 * @typedef {object} PackedPackage
 * @property {string} name
 * @property {string} tarball path of the .tgz file
 * @property {string} contents folder that holds what is in the tarball
 * @property {Record<string, any>} manifest its package.json, as it is in the tarball
 */

/**
 * Reads which packages a workspace publishes: all that are not private.
 *
 * @param {string} root the repository's folder
 * @returns {Promise<Workspace>}
 */
export async function readWorkspace(root) {
  const { packages, rootPackage } = await getPackages(root)
  const published = packages
    .filter(({ packageJson, dir }) => packageJson.private !== true && dir !== rootPackage?.dir)
    .map(({ packageJson, dir, relativeDir }) => ({
      name: packageJson.name,
      folder: dir,
      directory: relativeDir.replaceAll('\\', '/'),
      manifest: packageJson,
    }))
    .sort((left, right) => left.name.localeCompare(right.name))
  return { root, packageManager: rootPackage?.packageJson.packageManager ?? 'pnpm', packages: published }
}

/**
 * Packs every publishable package, as `changeset publish` does: with pnpm. The packages must be built.
 *
 * @param {Workspace} workspace
 * @param {string} folder where the tarballs go, and what is in them
 * @returns {Promise<PackedPackage[]>} in the order of the workspace
 */
export async function packPackages(workspace, folder) {
  const tarballs = join(folder, 'tarballs')
  await mkdir(tarballs, { recursive: true })
  const filters = workspace.packages.flatMap(({ name }) => ['--filter', name])
  await pnpmOrThrow(workspace, ['--recursive', ...filters, 'pack', '--pack-destination', tarballs])
  return Promise.all(workspace.packages.map((published) => unpack(published, tarballs, folder)))
}

async function unpack({ name, manifest }, tarballs, folder) {
  const file = `${name.replace(/^@/, '').replace('/', '-')}-${manifest.version}`
  const tarball = join(tarballs, `${file}.tgz`)
  const contents = join(folder, 'contents', file)
  await mkdir(contents, { recursive: true })
  await extract({ file: tarball, cwd: contents, strip: 1 })
  const packed = JSON.parse(await readFile(join(contents, 'package.json'), 'utf8'))
  return { name, tarball, contents, manifest: packed }
}
