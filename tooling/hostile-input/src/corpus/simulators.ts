import { nestedLists } from '../building/bytes'
import { tinyGpt2 } from '../building/checkpoint'
import { oneTensor } from '../building/safetensors'
import { type Files, simulatorFiles, withFile, withManifest } from '../building/simulator'
import type { FolderContent, HostileCase, HostileGroup } from '../hostile-case'

function simulator(
  name: string,
  what: string,
  change: (files: Files) => FolderContent,
  words: RegExp,
  error: HostileCase['error'] = 'CheckpointError',
): HostileCase {
  const content = async () => change(await simulatorFiles())
  return { name: `simulator-${name}`, what, way: 'simulator', content, error, words }
}

type ManifestChange = Parameters<typeof withManifest>[1]
const manifest = (
  name: string,
  what: string,
  change: ManifestChange,
  words: RegExp,
  error?: HostileCase['error'],
) => simulator(`manifest-${name}`, what, (files) => withManifest(files, change), words, error)

/** A size in the manifest that its author chose. */
const size = (field: string, value: unknown, words: RegExp, error?: HostileCase['error']) =>
  manifest(
    `${field}-${value}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    `has ${field} ${value}`,
    ({ dimensions }) => Object.assign(dimensions, { [field]: value }),
    words,
    error,
  )

/** Folders that `tint construct` could have written, but did not. */
export const simulators: HostileGroup = {
  title: 'A saved simulator',
  cases: [
    simulator(
      'no-manifest',
      'has no manifest',
      ({ 'tint.json': _, ...files }) => files,
      /There is no tint\.json/,
    ),
    simulator(
      'manifest-null',
      'has null as its manifest',
      (files) => ({ ...files, 'tint.json': 'null' }),
      /format missing/,
    ),
    simulator(
      'manifest-nested',
      'has a manifest of lists in lists',
      (files) => ({ ...files, 'tint.json': nestedLists(100_000) }),
      /tint\.json .*levels of nesting/,
    ),
    simulator(
      'manifest-nested-format',
      'has a format of lists in lists',
      (files) => ({ ...files, 'tint.json': `{"format":${nestedLists(5_000)}}` }),
      /tint\.json .*levels of nesting/,
    ),
    simulator(
      'manifest-long-format',
      'has a format of a million letters',
      (files) => ({ ...files, 'tint.json': `{"format":"${'x'.repeat(1e6)}"}` }),
      /has the format "x+\.\.\./,
    ),
    simulator(
      'manifest-bomb',
      'has a manifest of 2 million lists',
      (files) => ({ ...files, 'tint.json': `{"format":[${'[],'.repeat(2_000_000)}[]]}` }),
      /tint\.json .*more than 1000000 lists and objects/,
    ),
    manifest(
      'other-file',
      'names a file outside of it',
      ({ files }) => Object.assign(files, { '../secret.safetensors': files['frozen.safetensors'] }),
      /tint\.json in .* is damaged: files/,
    ),
    manifest(
      'absolute-file',
      'names a file by an absolute path',
      ({ files }) => Object.assign(files, { '/etc/passwd': files['frozen.safetensors'] }),
      /tint\.json in .* is damaged: files/,
    ),
    manifest(
      'proto-file',
      'names a file called __proto__',
      (content) => Object.defineProperty(content.files, '__proto__', { value: {}, enumerable: true }),
      /tint\.json in .* is damaged: files/,
    ),
    manifest(
      'file-size',
      'tells another size of a file',
      ({ files }) => Object.assign(files['frozen.safetensors'], { bytes: 2 ** 52 }),
      /frozen\.safetensors in .* has \d+ bytes; expected one with 4503599627370496/,
    ),
    manifest(
      'file-hash',
      'tells another hash of a file',
      ({ files }) => Object.assign(files['frozen.safetensors'], { sha256: '0'.repeat(64) }),
      /frozen\.safetensors in .* has another SHA-256/,
    ),
    manifest(
      'model-hash',
      'tells another hash of the model',
      ({ model }) => Object.assign(model, { sha256: '0'.repeat(64) }),
      /The inner model in .* has the SHA-256/,
    ),
    manifest(
      'version',
      'is of a later version',
      (content) => Object.assign(content, { version: 1e9 }),
      /format version 1000000000; expected 1/,
    ),
    manifest(
      'family',
      'is of the family constructor',
      ({ model }) => Object.assign(model, { family: 'constructor' }),
      /the family "constructor"/,
      'ConfigError',
    ),
    manifest(
      'tensors',
      'names 300,000 tensors',
      ({ model }) =>
        Object.assign(model, { tensors: Array.from({ length: 300_000 }, (_, index) => `t${index}`) }),
      /config\.json in .* with the 300000 tensors/,
    ),
    manifest(
      'derivative',
      'has a derivative of 400 digits',
      ({ approximations }) => Object.assign(approximations, { derivative: `central:${'9'.repeat(400)}` }),
      /tint\.json in .* does not hold: The derivative/,
      'InputError',
    ),
    size('width', 0, /dimensions\.width/),
    size('hiddenSize', -1, /dimensions\.hiddenSize/),
    size('prefixTokens', 2 ** 52, /tint\.json in .* does not hold/, 'DimensionError'),
    size('hiddenSize', 2 ** 52, /tint\.json in .* does not hold/, 'DimensionError'),
    size('softmaxHeads', 2 ** 52, /tint\.json in .* does not hold/, 'DimensionError'),
    size('maxLength', 2 ** 52, /tint\.json in .* does not hold/, 'DimensionError'),
    size('linearHeads', 2 ** 52, /linearHeads is 4503599627370496; expected/),
    size('positions', 1.5, /dimensions\.positions/),
    simulator(
      'structure',
      'has another structure',
      (files) => withFile(files, 'structure.json', '{}'),
      /structure\.json in .* is not what this version/,
    ),
    simulator(
      'structure-nested',
      'has a structure of lists in lists',
      (files) => withFile(files, 'structure.json', nestedLists(100_000)),
      /structure\.json .*levels of nesting/,
    ),
    simulator(
      'config',
      'has the configuration of another model',
      (files) => withFile(files, 'config.json', JSON.stringify({ ...tinyGpt2, n_layer: 1000 })),
      /config\.json in .* describes a model .* with \d+ tensors/,
    ),
    simulator(
      'config-wide',
      'has the configuration of a wide model',
      (files) => withFile(files, 'config.json', JSON.stringify({ ...tinyGpt2, n_embd: 1e7 })),
      /does not hold|expected/,
      'DimensionError',
    ),
    simulator(
      'prefixes',
      'has other prefixes',
      (files) => withFile(files, 'prefixes.safetensors', oneTensor()),
      /The tensor .* is missing in prefixes\.safetensors/,
    ),
    simulator(
      'prefixes-damaged',
      'has prefixes that are cut off',
      (files) =>
        withFile(
          files,
          'prefixes.safetensors',
          (files['prefixes.safetensors'] ?? new Uint8Array(0)).subarray(0, -1),
        ),
      /prefixes\.safetensors: the tensors cover/,
    ),
    simulator(
      'frozen-link',
      'has a link that leads out of it',
      (files) => ({
        ...files,
        '../secret.safetensors': files['frozen.safetensors'] ?? '',
        'frozen.safetensors': { link: '../secret.safetensors' },
      }),
      /frozen\.safetensors in .* is a link that leads out/,
    ),
    simulator(
      'pipe',
      'has a pipe in place of its prefixes',
      (files) => ({ ...files, 'prefixes.safetensors': { pipe: true } }),
      /There is no prefixes\.safetensors/,
    ),
  ],
}
