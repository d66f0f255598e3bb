/** A package registry on this machine, for a rehearsal: a verdaccio that passes on what it does not have itself. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { runOrThrow } from './processes.mjs'

/**
 * The last verdaccio that runs on Node 20, installed when it is needed: no other command needs it. It asks for a tag of
 * node-fetch, which moves; this is the version line behind it.
 */
const program = { dependencies: { verdaccio: '6.8.0' }, overrides: { 'node-fetch': '^2.7.0' } }

/**
 * @typedef {object} LocalRegistry
 * @property {string} url
 * @property {Record<string, string>} env makes npm and pnpm use it, and nothing of the user's settings
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a registry that takes packages of a scope from anybody on this machine. It listens on 127.0.0.1 alone.
 *
 * @param {string} scope such as `@tintjs`
 * @param {string} folder where it keeps what it has; must exist
 * @returns {Promise<LocalRegistry>}
 */
export async function startRegistry(scope, folder) {
  const url = `http://127.0.0.1:${await freePort()}/`
  const settings = join(folder, 'verdaccio.yaml')
  await writeFile(settings, stringify(await configuration(scope, folder)))
  const userSettings = join(folder, 'npmrc')
  // npm sends nothing without a token; any will do here.
  await writeFile(userSettings, `registry=${url}\n${url.replace(/^http:/, '')}:_authToken=rehearsal\n`)

  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, ...program }))
  await runOrThrow('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
  const script = join(folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio')
  const child = spawn(process.execPath, [script, '--config', settings, '--listen', url], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let written = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (written += data))
  const closed = once(child, 'close')
  const stop = async () => {
    child.kill()
    await closed
  }
  try {
    await answers(url, () => child.exitCode !== null && `the registry did not start:\n${written}`)
  } catch (error) {
    await stop()
    throw error
  }
  const env = {
    npm_config_registry: url,
    NPM_CONFIG_USERCONFIG: userSettings,
    npm_config_userconfig: userSettings,
  }
  return { url, env, stop }
}

async function configuration(scope, folder) {
  const storage = join(folder, 'storage')
  await mkdir(storage, { recursive: true })
  const { stdout } = await runOrThrow('npm', ['config', 'get', 'registry'], { cwd: folder })
  return {
    storage,
    uplinks: { upstream: { url: stdout.trim(), maxage: '60m', timeout: '60s' } },
    packages: {
      [`${scope}/*`]: { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'upstream' },
    },
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
    log: { type: 'stdout', format: 'pretty', level: 'warn' },
    max_body_size: '200mb',
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Waits until a registry answers. @throws with what `failed` says, or after three minutes */
async function answers(url, failed) {
  for (const end = Date.now() + 180_000; Date.now() < end; ) {
    const failure = failed()
    if (failure) throw new Error(failure)
    const answer = await fetch(`${url}-/ping`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`no answer from ${url} within three minutes`)
}
