import { homedir } from 'node:os'
import { join } from 'node:path'

/** How far fetching has come, in bytes of all the files that will be read, cached ones included. */
export interface HubProgress {
  /** The file that is fetched at the moment. */
  readonly path: string
  readonly loadedBytes: number
  readonly totalBytes: number
}

/** How a checkpoint is fetched from the hub. */
export interface HubOptions {
  /** A branch, a tag or a commit; `main` by default. A full commit hash that is cached needs no network. */
  readonly revision?: string | undefined
  /**
   * Where files are kept, in the layout of Hugging Face's own libraries; by default their folder, which `HF_HUB_CACHE`
   * or `HF_HOME` can move.
   */
  readonly cacheFolder?: string | undefined
  /** Use what is cached and no network at all; also on when `HF_HUB_OFFLINE` is 1. */
  readonly localFilesOnly?: boolean | undefined
  /** Also fetch the tokenizer's files; default false. */
  readonly tokenizer?: boolean | undefined
  /** For private and gated models; `HF_TOKEN` by default. */
  readonly token?: string | undefined
  /** Another hub or a mirror; `HF_ENDPOINT` by default, else the public hub. */
  readonly endpoint?: string | undefined
  readonly onProgress?: ((progress: HubProgress) => void) | undefined
  /** Stops fetching; what has come is kept and the next call goes on from there. */
  readonly signal?: AbortSignal | undefined
}

/** {@link HubOptions} with the environment's and the default values filled in. */
export interface HubSettings {
  readonly revision: string
  readonly cacheFolder: string
  readonly localFilesOnly: boolean
  readonly tokenizer: boolean
  readonly token: string | undefined
  /** Without a slash at the end; undefined for the public hub. */
  readonly endpoint: string | undefined
  readonly onProgress: (progress: HubProgress) => void
  readonly signal: AbortSignal | undefined
}

/** Whether `HF_HUB_OFFLINE` forbids the network, in the words that Hugging Face's libraries take. */
export function isHubOffline(environment: NodeJS.ProcessEnv = process.env): boolean {
  return /^(1|on|yes|true)$/i.test(environment.HF_HUB_OFFLINE ?? '')
}

/** Fills in what the options leave open from the variables that Hugging Face's libraries read. */
export function hubSettings(options: HubOptions, environment: NodeJS.ProcessEnv = process.env): HubSettings {
  return {
    revision: options.revision ?? 'main',
    cacheFolder: options.cacheFolder ?? defaultCacheFolder(environment),
    localFilesOnly: options.localFilesOnly ?? isHubOffline(environment),
    tokenizer: options.tokenizer ?? false,
    token: (options.token ?? environment.HF_TOKEN)?.trim() || undefined,
    endpoint: (options.endpoint ?? environment.HF_ENDPOINT)?.replace(/\/+$/, '') || undefined,
    onProgress: options.onProgress ?? (() => {}),
    signal: options.signal,
  }
}

function defaultCacheFolder(environment: NodeJS.ProcessEnv): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment
  const home = HF_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface')
  return HF_HUB_CACHE ?? HUGGINGFACE_HUB_CACHE ?? join(home, 'hub')
}
