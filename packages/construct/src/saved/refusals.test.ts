import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { memorySource } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import {
  bytesSource,
  CheckpointError,
  ConfigError,
  DimensionError,
  encodeSafetensors,
  InputError,
  type NamedTensor,
  readSafetensorsHeader,
  readTensorData,
} from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { expectBalancedTensors } from '@tintjs/tensor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoadedTint, loadTint, saveTint } from '../node'
import {
  adapters,
  randomSimulator,
  readFolder,
  removeFolder,
  smallConfig,
  temporaryFolder,
} from './test-support'

type Files = Record<string, Uint8Array>

let folder: string
/** A saved simulator, which each test changes a copy of. */
let files: Files
let made: ReturnType<typeof randomSimulator>
beforeAll(async () => {
  await useEngine(process.env.TINT_ENGINE as 'wasm')
  folder = temporaryFolder()
  made = randomSimulator(smallConfig, { plan: { prefixTokens: 4 } })
  await saveTint(made.simulator, join(folder, 'good'), { dense: true })
  files = readFolder(join(folder, 'good'))
})
afterAll(() => {
  made.dispose()
  removeFolder(folder)
})

const load = (changed: Files) => loadTint(memorySource('the copy', changed), { adapters })

/** Loading fails with this one sentence, and leaves nothing in memory. */
async function expectRefusal(loading: () => Promise<LoadedTint>, kind: new () => Error, words: RegExp) {
  await expectBalancedTensors(async () => {
    const failure = await loading().then(
      () => undefined,
      (error: Error) => error,
    )
    expect(failure).toBeInstanceOf(kind)
    expect(failure!.message).toMatch(words)
    expect(failure!.message).not.toContain('\n')
  })
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const encoded = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** The files with another manifest. */
function withManifest(change: (manifest: ReturnType<typeof JSON.parse>) => void): Files {
  const manifest = JSON.parse(text(files['tint.json']))
  change(manifest)
  return { ...files, 'tint.json': encoded(manifest) }
}

/** The files with another file that the manifest is right about. */
function withFile(name: string, content: Uint8Array): Files {
  const changed = withManifest((manifest) => {
    manifest.files[name] = {
      bytes: content.byteLength,
      sha256: createHash('sha256').update(content).digest('hex'),
    }
  })
  return { ...changed, [name]: content }
}

/** The files with other tensors in one of them. */
async function withTensors(
  name: string,
  change: (tensors: Map<string, NamedTensor>) => void,
): Promise<Files> {
  const source = bytesSource(name, files[name]!)
  const { tensors } = await readSafetensorsHeader(source)
  const read = new Map<string, NamedTensor>()
  for (const [tensor, entry] of tensors) {
    read.set(tensor, { name: tensor, shape: entry.shape, data: await readTensorData(source, entry) })
  }
  change(read)
  return withFile(name, new Uint8Array(Buffer.concat([...encodeSafetensors(read.values())])))
}

describe('loadTint', () => {
  it('takes the copy as it is', async () => {
    await expectBalancedTensors(async () => (await load(files)).dispose())
  })

  it.each([
    ['nothing', () => join(folder, 'none'), /none does not exist; expected the folder of a simulator/],
    ['a file', () => join(folder, 'good', 'tint.json'), /tint\.json is a file; expected the folder of a/],
    ['another folder', () => folder, /There is no tint\.json in .*; expected the folder of a simulator/],
  ])('refuses %s in place of a simulator', async (_, place, words) => {
    await expectRefusal(() => loadTint(place(), { adapters }), CheckpointError, words)
  })

  it.each([
    [
      'no JSON',
      () => ({ ...files, 'tint.json': files['tint.json']!.subarray(0, 200) }),
      /tint\.json in the copy is not valid JSON/,
    ],
    [
      'no object',
      () => ({ ...files, 'tint.json': encoded(null) }),
      /has the format missing; expected "tint-simulator"/,
    ],
    [
      'another format',
      () => withManifest((manifest) => Object.assign(manifest, { format: 'onnx' })),
      /has the format "onnx"; expected "tint-simulator"/,
    ],
    [
      'another version',
      () => withManifest((manifest) => Object.assign(manifest, { version: 2, more: 1 })),
      /has the format version 2; expected 1, which this version/,
    ],
    [
      'a hash that is none',
      () => withManifest(({ files: named }) => Object.assign(named['config.json'], { sha256: 'x' })),
      /is damaged: files\.config\.json\.sha256: expected a SHA-256/,
    ],
    [
      'a file too few',
      () => withManifest((manifest) => delete manifest.files['frozen.safetensors']),
      /is damaged: files\.frozen\.safetensors/,
    ],
    [
      'an unknown field',
      () => withManifest((manifest) => Object.assign(manifest, { pickle: 1 })),
      /is damaged: .*pickle/,
    ],
    [
      'a size that is no number',
      () => withManifest(({ dimensions }) => Object.assign(dimensions, { width: '12' })),
      /is damaged: dimensions\.width/,
    ],
    [
      'an unknown loss gradient',
      () => withManifest(({ approximations }) => Object.assign(approximations, { lossGradient: 'hinge' })),
      /is damaged: approximations\.lossGradient/,
    ],
  ])('refuses a manifest that is %s', async (_, changed, words) => {
    await expectRefusal(() => load(changed()), CheckpointError, words)
  })

  it.each([
    [
      'a prefix count that does not divide',
      { prefixTokens: 5 },
      DimensionError,
      /^tint\.json in the copy does not hold: 5 prefix tokens \(K\) cannot be/,
    ],
    [
      'a hidden size of others',
      { hiddenSize: 36 },
      DimensionError,
      /hidden size \(Dsim\) of 36 does not fit 4 prefix tokens/,
    ],
    ['heads that break a rule', { softmaxHeads: 7 }, DimensionError, /7 simulator heads \(Hsim\) cannot be/],
    [
      'more positions than the model',
      { maxLength: 25 },
      DimensionError,
      /\(maxLength\) is 25; expected a whole number from 2 to 24/,
    ],
    [
      'another width than config.json',
      { width: 24 },
      CheckpointError,
      /^tint\.json in the copy does not hold: width is 24; expected 12/,
    ],
    ['a size that does not follow', { positions: 29 }, CheckpointError, /positions is 29; expected 28/],
  ])('refuses a plan with %s', async (_, fields, kind, words) => {
    const changed = withManifest(({ dimensions }) => Object.assign(dimensions, fields))
    await expectRefusal(() => load(changed), kind, words)
  })

  it.each([
    ['none', 'steep', /does not hold: The derivative is "steep"; expected analytic, central:N or forward:N/],
    [
      'none that a simulator computes',
      'analytic',
      /does not hold: The derivative is analytic; expected central:N/,
    ],
  ])('refuses a derivative that is %s', async (_, derivative, words) => {
    const changed = withManifest(({ approximations }) => Object.assign(approximations, { derivative }))
    await expectRefusal(() => load(changed), InputError, words)
  })

  it('refuses files that are missing, cut off or changed, each by its name', async () => {
    for (const name of Object.keys(files).filter((file) => file !== 'tint.json')) {
      const { [name]: content, ...others } = files
      const pattern = (words: string) => new RegExp(`^${words.replaceAll('.', '\\.')}`)
      await expectRefusal(
        () => load(others),
        CheckpointError,
        pattern(`There is no ${name} in the copy; expected it with ${content!.byteLength} bytes`),
      )
      await expectRefusal(
        () => load({ ...files, [name]: content!.subarray(0, -1) }),
        CheckpointError,
        pattern(
          `${name} in the copy has ${content!.byteLength - 1} bytes; expected one with ${content!.byteLength}`,
        ),
      )
      const flipped = content!.slice()
      flipped[flipped.length - 2]! ^= 1
      await expectRefusal(
        () => load({ ...files, [name]: flipped }),
        CheckpointError,
        pattern(`${name} in the copy has another SHA-256 than tint.json says`),
      )
    }
  })

  it.each(['prefixes.safetensors', 'frozen.safetensors', 'dense.safetensors'])(
    'refuses tensors of %s that are missing, too many or of another shape',
    async (name) => {
      const missing = await withTensors(name, (tensors) => tensors.delete([...tensors.keys()][0]!))
      await expectRefusal(
        () => load(missing),
        CheckpointError,
        /^The tensor \S+ is missing in \S+ in the copy; expected it with shape \[/,
      )
      const extra = await withTensors(name, (tensors) =>
        tensors.set('extra', { name: 'extra', shape: [1], data: Float32Array.of(1) }),
      )
      await expectRefusal(
        () => load(extra),
        CheckpointError,
        /has the tensor extra, which this simulator has no place for/,
      )
      const reshaped = await withTensors(name, (tensors) => {
        const [tensor] = tensors.values()
        tensors.set(tensor!.name, { ...tensor!, shape: [tensor!.data.length, 1, 1] })
      })
      await expectRefusal(
        () => load(reshaped),
        CheckpointError,
        /^The tensor \S+ in \S+ in the copy has shape \[\d+, 1, 1\]; expected \[/,
      )
      const noTensors = withFile(name, new TextEncoder().encode('no safetensors'))
      await expectRefusal(() => load(noTensors), CheckpointError, /damaged or not safetensors/)
    },
  )

  it('refuses numbers that are not those of the model that was saved', async () => {
    for (const name of ['prefixes.safetensors', 'frozen.safetensors']) {
      const changed = await withTensors(name, (tensors) => {
        const [tensor] = tensors.values()
        tensor!.data[0]! += 1
      })
      await expectRefusal(
        () => load(changed),
        CheckpointError,
        /^The inner model in the copy has the SHA-256 \w+\.\.\.; expected/,
      )
    }
    const otherHash = withManifest(({ model }) => Object.assign(model, { sha256: '0'.repeat(64) }))
    await expectRefusal(
      () => load(otherHash),
      CheckpointError,
      /expected 000000000000\.\.\., as tint\.json says/,
    )
  })

  it('refuses a structure that this version does not compile', async () => {
    const structure = JSON.parse(text(files['structure.json']))
    structure.blocks[1].forward[0].module = 3
    const changed = withFile('structure.json', encoded(structure))
    const words =
      /^structure\.json in the copy is not what .* \(blocks\.1\.forward\.0\.module differs\); expected/
    await expectRefusal(() => load(changed), CheckpointError, words)
    await expectRefusal(
      () => load(withFile('structure.json', encoded([]))),
      CheckpointError,
      /is not what this version of TinT compiles/,
    )
    const otherScale = withManifest(({ approximations }) =>
      Object.assign(approximations, { derivative: 'forward:100' }),
    )
    await expectRefusal(() => load(otherScale), CheckpointError, /^structure\.json in the copy is not what/)
  })

  it('refuses a family without an adapter, and a configuration of another model', async () => {
    const source = memorySource('the copy', files)
    await expectRefusal(
      () => loadTint(source, { adapters: [opt] }),
      ConfigError,
      /of the family "gpt2"; expected one of the given adapters: opt\. Install @tintjs\/inner-gpt2,/,
    )
    await expectRefusal(() => loadTint(source, { adapters: [] }), ConfigError, /adapters: none\./)
    const deeper = withFile('config.json', encoded({ ...smallConfig, n_layer: 3 }))
    await expectRefusal(
      () => load(deeper),
      CheckpointError,
      /^config\.json in the copy describes a model .* with 40 tensors; expected one of "gpt2" with the 28/,
    )
    const wider = withFile('config.json', encoded({ ...smallConfig, n_inner: 36 }))
    await expectRefusal(() => load(wider), CheckpointError, /^structure\.json in the copy is not what/)
    const unknown = withFile('config.json', encoded({ ...smallConfig, rotary_dim: 4 }))
    await expectRefusal(() => load(unknown), ConfigError, /rotary_dim = 4/)
  })

  it('stops on a signal wherever it is, and leaves nothing in memory', async () => {
    const total = await countProgress()
    for (const stopAfter of [1, Math.floor(total / 2), total]) {
      const stopping = new AbortController()
      let calls = 0
      const loading = () =>
        loadTint(memorySource('the copy', files), {
          adapters: [gpt2],
          signal: stopping.signal,
          onProgress: () => ++calls === stopAfter && stopping.abort(new Error('enough')),
        })
      await expectRefusal(loading, Error, /^enough$/)
      await expectRefusal(loading, Error, /^enough$/)
      expect(calls).toBe(stopAfter)
    }
  })
})

async function countProgress(): Promise<number> {
  let calls = 0
  const onProgress = () => calls++
  const loaded = await loadTint(memorySource('the copy', files), { adapters, onProgress })
  loaded.dispose()
  return calls
}

describe('saveTint', () => {
  const contentOf = (place: string) => readdirSync(place).sort()

  it('refuses a place that is taken before anything is computed', async () => {
    const place = join(folder, 'taken')
    mkdirSync(place)
    writeFileSync(join(place, 'thesis.tex'), '')
    const onProgress = () => expect.fail('something was saved')
    const refused = async (path: string, words: RegExp) => {
      await expectBalancedTensors(async () => {
        const saving = saveTint(made.simulator, path, { onProgress })
        await expect(saving).rejects.toThrow(InputError)
        await expect(saving).rejects.toThrow(words)
      })
    }
    await refused(place, /already holds 1 files, such as thesis\.tex; expected a new or empty one/)
    await refused(join(place, 'thesis.tex'), /is a file; expected a new or empty folder/)
    await refused(join(folder, 'none', 'simulator'), /none does not exist: create it first/)
    expect(contentOf(place)).toEqual(['thesis.tex'])
  })

  it('leaves no folder when it is stopped or fails, wherever it is', async () => {
    const place = join(folder, 'places')
    mkdirSync(place)
    for (const stopAfter of [1, 10, 40]) {
      const stopping = new AbortController()
      let calls = 0
      await expectBalancedTensors(async () => {
        const saving = saveTint(made.simulator, join(place, 'stopped'), {
          dense: true,
          signal: stopping.signal,
          onProgress: () => {
            expect(contentOf(place)).toHaveLength(1)
            if (++calls === stopAfter) stopping.abort(new Error('enough'))
          },
        })
        await expect(saving).rejects.toThrow('enough')
      })
      expect(calls).toBe(stopAfter)
      expect(contentOf(place)).toEqual([])
      const early = saveTint(made.simulator, join(place, 'stopped'), { signal: stopping.signal })
      await expect(early).rejects.toThrow('enough')
    }
    const failing = saveTint(made.simulator, join(place, 'failed'), {
      onProgress: () => {
        throw new Error('disk on fire')
      },
    })
    await expect(failing).rejects.toThrow('disk on fire')
    expect(contentOf(place)).toEqual([])
  })

  it('refuses a simulator that is disposed, and a hash that is none', async () => {
    const { simulator, model } = randomSimulator(smallConfig)
    simulator.dispose()
    await expect(saveTint(simulator, join(folder, 'disposed'))).rejects.toThrow(
      /expected a simulator that is not disposed/,
    )
    model.dispose()
    await expect(saveTint(made.simulator, join(folder, 'disposed'), { modelHash: 'main' })).rejects.toThrow(
      /^modelHash is "main"; expected what hashModel gives/,
    )
    expect(contentOf(folder)).not.toContain('disposed')
    expect(tf.memory().numTensors).toBeGreaterThan(0)
  })
})
