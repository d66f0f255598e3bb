import { deflateRawSync } from 'node:zlib'
import { joined, littleEndian } from '../building/bytes'
import { tinyGpt2 } from '../building/checkpoint'
import { calling, legacyFile, pickledTensors, pytorchFile } from '../building/pickle'
import { zipArchive } from '../building/zip'
import type { HostileGroup } from '../hostile-case'
import { pickles } from './pickles'
import { pytorchCase } from './pytorch-case'

const valid = () =>
  zipArchive([
    { name: 'archive/data.pkl', bytes: pickledTensors() },
    { name: 'archive/data/0', bytes: new Uint8Array(16) },
  ])
const pickleOf = (bytes: Uint8Array | string, more: object = {}) =>
  zipArchive([{ name: 'archive/data.pkl', bytes: joined(bytes), ...more }])

/** `pytorch_model.bin`: pickles that are programs or bombs, zip archives, the format before PyTorch 1.6. */
export const pytorchFiles: HostileGroup = {
  title: 'A file of PyTorch',
  cases: [
    ...pickles,
    pytorchCase('empty', 'has no bytes', () => new Uint8Array(0), /is not a checkpoint of torch\.save/),
    pytorchCase(
      'safetensors',
      'is a safetensors file',
      () => joined(littleEndian(2, 8), '{}'),
      /is not a checkpoint of torch\.save/,
    ),
    pytorchCase(
      'zip-no-end',
      'is an archive without its end',
      () => valid().subarray(0, -10),
      /the zip archive is damaged/,
    ),
    pytorchCase(
      'zip-empty',
      'is an archive without files',
      () => zipArchive([]),
      /is not a checkpoint of torch\.save/,
    ),
    pytorchCase(
      'zip-bomb',
      'has a pickle of 64 MB that is packed into 64 KB',
      () => pickleOf(deflateRawSync(new Uint8Array(2 ** 26)), { method: 8, uncompressedSize: 2 ** 26 }),
      /"archive\/data\.pkl" is compressed in the zip archive/,
    ),
    pytorchCase(
      'zip-method',
      'has a pickle packed in an unknown way',
      () => pickleOf('x', { method: 99 }),
      /is (compressed|encrypted)/,
    ),
    pytorchCase(
      'zip-encrypted',
      'has a pickle that is encrypted',
      () => pickleOf('x', { flags: 1 }),
      /is encrypted/,
    ),
    pytorchCase(
      'zip-twice',
      'has two pickles of the same name',
      () =>
        zipArchive([
          { name: 'archive/data.pkl', bytes: pickledTensors() },
          { name: 'archive/data.pkl', bytes: joined('\x80\x02cos\nsystem\n.') },
        ]),
      /has "archive\/data\.pkl" twice/,
    ),
    pytorchCase(
      'zip-case',
      'has two pickles in two folders',
      () => zipArchive(['a', 'A'].map((name) => ({ name: `${name}/data.pkl`, bytes: pickledTensors() }))),
      /2 files called data\.pkl/,
    ),
    pytorchCase(
      'zip-outside',
      'has its pickle in the folder above',
      () => zipArchive([{ name: '../../data.pkl', bytes: pickledTensors() }]),
      /the zip archive is damaged \(Unsafe filename\)/,
    ),
    pytorchCase(
      'zip-size',
      'claims a pickle of 4 GB',
      () => pickleOf('.', { claimedSize: 0xfffffff0 }),
      /ends at byte \d+|the zip archive is damaged/,
    ),
    pytorchCase(
      'zip-offset',
      'has a pickle that starts beyond its end',
      () => pickleOf('.', { claimedOffset: 0xfffffff0 }),
      /pytorch_model\.bin/,
    ),
    pytorchCase(
      'zip-overlap',
      'has a storage that starts in its pickle',
      () =>
        zipArchive([
          { name: 'archive/data.pkl', bytes: pickledTensors() },
          { name: 'archive/data/0', bytes: new Uint8Array(16), claimedOffset: 4 },
        ]),
      /does not start where the directory says|the zip archive is damaged/,
    ),
    pytorchCase(
      'zip-directory',
      'claims a directory of 4 GB',
      () =>
        zipArchive([{ name: 'archive/data.pkl', bytes: pickledTensors() }], {
          directorySize: 0xfffffff0,
          directoryOffset: 0,
        }),
      /the zip archive is damaged/,
    ),
    pytorchCase(
      'zip-count',
      'claims 65,534 files and has one',
      () => zipArchive([{ name: 'archive/data.pkl', bytes: pickledTensors() }], { count: 65_534 }),
      /the zip archive is damaged/,
    ),
    pytorchCase(
      'zip-many',
      'has 60,000 files',
      () =>
        zipArchive(
          Array.from({ length: 60_000 }, (_, index) => ({
            name: `archive/data/${index}`,
            bytes: new Uint8Array(0),
          })),
        ),
      /it has more than 16384 files/,
    ),
    pytorchCase(
      'zip-storage-short',
      'has a storage shorter than its pickle says',
      () => pytorchFile(pickledTensors(), { 0: new Uint8Array(15) }),
      /should have 4 elements of F32, but its file has 15 bytes/,
    ),
    pytorchCase(
      'legacy-program',
      'of the old format calls os.system',
      () => legacyFile({ pickle: calling('os', 'system', 'touch canary') }),
      /names os\.system/,
    ),
    pytorchCase(
      'legacy-cut-off',
      'of the old format is cut off',
      () => legacyFile().subarray(0, -1),
      /but the file has \d+ bytes/,
    ),
    pytorchCase(
      'legacy-count',
      'of the old format claims a storage of 2^64 - 1 elements',
      () => legacyFile({ count: 2n ** 64n - 1n }),
      /should have .* elements of F32/,
    ),
    pytorchCase(
      'legacy-keys',
      'of the old format lists a million storages',
      () => legacyFile({ keys: `\x80\x02](${'X\x01\0\0\x000'.repeat(300_000)}e.` }),
      /no list of storages/,
    ),
    {
      name: 'pytorch-config-sharing',
      what: 'asks by its configuration for 200 layers out of the weights of one',
      way: 'model',
      content: () => ({
        'config.json': JSON.stringify({ ...tinyGpt2, n_layer: 200 }),
        'pytorch_model.bin': pytorchFile(pickledTensors()),
      }),
      error: 'CheckpointError',
      words: /The tensor transformer\.wte\.weight is missing/,
    },
  ],
}
