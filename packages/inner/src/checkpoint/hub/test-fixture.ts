import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CheckpointError } from '@tintjs/tensor'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { digestOf, startTestHub, type TestHub } from '@tooling/test-hub'
import { afterEach, beforeEach, expect } from 'vitest'
import { hubSource } from '../hub'
import type { HubOptions } from './settings'

/** The folder of the checkpoint that the hub of {@link useTestHub} serves. */
export const goldenFolder = goldenCaseNamed('gpt2-inverse-layer-scaling').folder

/** The one repository of the hub. */
export const repository = 'owner/tiny'

/** A hub with a golden case as `owner/tiny` and an empty cache, both new for every test. */
class HubFixture {
  config: Uint8Array = new Uint8Array()
  weights: Uint8Array = new Uint8Array()
  cacheFolder = ''
  #hub: TestHub | undefined

  get hub(): TestHub {
    if (this.#hub === undefined) throw new Error('The hub runs during a test only.')
    return this.#hub
  }

  async open(): Promise<void> {
    this.weights = await readFile(join(goldenFolder, 'model.safetensors'))
    this.config = await readFile(join(goldenFolder, 'config.json'))
    this.cacheFolder = await mkdtemp(join(tmpdir(), 'inner-hub-'))
    await this.serve({
      'config.json': this.config,
      'model.safetensors': this.weights,
      'pytorch_model.bin': 'not needed',
      'tokenizer.json': '{}',
      'vocab.json': '{"a": 0}',
      'README.md': 'not needed',
    })
  }

  /** Starts the hub again with other files. */
  async serve(files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
    await this.#hub?.close()
    this.#hub = await startTestHub(files)
  }

  async close(): Promise<void> {
    await this.hub.close()
    await rm(this.cacheFolder, { recursive: true, force: true })
  }

  readonly get = (options: HubOptions = {}) =>
    hubSource(repository, { endpoint: this.hub.endpoint, cacheFolder: this.cacheFolder, ...options })

  /** A path within the repository's cache. */
  inCache(...parts: string[]): string {
    return join(this.cacheFolder, 'models--owner--tiny', ...parts)
  }

  /** Where the weights' content goes. */
  get blob(): string {
    return this.inCache('blobs', digestOf('model.safetensors', this.weights))
  }

  async expectWholeBlob(): Promise<void> {
    // Not toEqual, which takes seconds for so many bytes.
    expect(Buffer.compare(await readFile(this.blob), this.weights)).toBe(0)
  }
}

/** Gives every test of a file a {@link HubFixture}. */
export function useTestHub(): HubFixture {
  const fixture = new HubFixture()
  beforeEach(() => fixture.open())
  afterEach(() => fixture.close())
  return fixture
}

/** The message of the CheckpointError that a promise has to fail with. */
export function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => expect.fail('should have failed'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(CheckpointError)
      return error instanceof Error ? error.message : ''
    },
  )
}
