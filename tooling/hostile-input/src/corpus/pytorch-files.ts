import { deflateRawSync } from 'node:zlib'
import { joined, littleEndian } from '../building/bytes'
import { tinyGpt2 } from '../building/checkpoint'
import { legacyFile, pickledTensors, pushedTensor, pushedText, pytorchFile } from '../building/pickle'
import { zipArchive } from '../building/zip'
import type { HostileCase, HostileGroup } from '../hostile-case'

function file(name: string, what: string, content: () => Uint8Array, words: RegExp): HostileCase {
  return {
    name: `pytorch-${name}`,
    what,
    way: 'pytorch',
    content: () => ({ 'pytorch_model.bin': content() }),
    error: 'CheckpointError',
    words,
  }
}

/** A case of a pickle alone, in an archive. */
function pickle(name: string, what: string, content: () => Uint8Array | string, words: RegExp): HostileCase {
  return file(`pickle-${name}`, what, () => pytorchFile(content()), words)
}

const calling = (module: string, name: string, argument: string) =>
  joined(`\x80\x02c${module}\n${name}\n`, pushedText(argument), '\x85R.')

/** Names that run something wherever pickles are executed, with what they would be given here. */
const programs: readonly (readonly [module: string, name: string, argument: string])[] = [
  ['os', 'system', 'touch canary'],
  ['posix', 'system', 'touch canary'],
  ['nt', 'system', 'echo > canary'],
  ['subprocess', 'Popen', 'touch canary'],
  ['builtins', 'eval', "open('canary', 'w')"],
  ['builtins', 'exec', "open('canary', 'w')"],
  ['builtins', '__import__', 'os'],
  ['__builtin__', 'getattr', 'x'],
  ['runpy', 'run_path', 'canary.py'],
  ['torch', 'load', 'other.bin'],
  ['torch.hub', 'load', 'evil/repository'],
  ['numpy.core.multiarray', '_reconstruct', 'x'],
  ['process', 'binding', 'fs'],
  ['constructor', 'constructor', 'globalThis.canary = 1'],
]

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
    ...programs.map(([module, name, argument]) =>
      pickle(
        `calls-${module}-${name}`.toLowerCase().replaceAll(/[^a-z]+/g, '-'),
        `calls ${module}.${name}`,
        () => calling(module, name, argument),
        /pytorch_model\.bin: the pickle names .*; nothing of it was executed/,
      ),
    ),
    pickle(
      'instance',
      'makes an instance by the old instruction',
      () => '\x80\x02(ios\nsystem\n.',
      /the instruction 0x69/,
    ),
    pickle(
      'stack-global',
      'names a function on the stack',
      () => joined('\x80\x02', pushedText('os'), pushedText('system'), '\x93.'),
      /the instruction 0x93/,
    ),
    pickle('extension', 'uses the registry of extensions', () => '\x80\x02\x82\x01.', /the instruction 0x82/),
    pickle('protocol', 'is of protocol 5', () => '\x80\x05}.', /protocol 5, expected 2/),
    pickle(
      'memo-self',
      'has a list that holds itself',
      () => '\x80\x02]q\0h\0a.',
      /it holds a list, expected a dictionary/,
    ),
    pickle(
      'memo-self-dictionary',
      'has a dictionary under a name in itself',
      () => joined('\x80\x02}q\0', pushedText('w'), 'h\0s.'),
      /has a dictionary under "w"/,
    ),
    pickle(
      'memo-self-tensor',
      'gives a tensor a shape that holds itself',
      () => joined('\x80\x02}', pushedText('w'), 'ctorch._utils\n_rebuild_tensor_v2\n(]q\0h\0ah\0h\0h\0tRs.'),
      /a tensor is described by values that are not/,
    ),
    pickle(
      'memo-doubling',
      'doubles a tuple 10,000 times by reference',
      () => `\x80\x02)${'2\x86'.repeat(10_000)}.`,
      /the instruction 0x32|it holds a tuple/,
    ),
    pickle(
      'memo-doubling-kept',
      'doubles a list 1,000 times out of its memory',
      () => `\x80\x02]q\0${'h\0h\0\x86q\0'.repeat(1_000)}.`,
      /it holds a tuple/,
    ),
    pickle('memo-missing', 'recalls what it never kept', () => '\x80\x02h\x07.', /recalls value 7/),
    pickle(
      'memo-far',
      'keeps values at the far end of its memory',
      () => `\x80\x02}${'r\xff\xff\xff\xff'.repeat(1_000)}.`,
      /an empty dictionary/,
    ),
    pickle(
      'lists',
      'makes 2 million lists',
      () => `\x80\x02${']'.repeat(2_000_000)}.`,
      /it holds a list|more than/,
    ),
    pickle(
      'dictionaries',
      'makes 2 million dictionaries',
      () => `\x80\x02${'}'.repeat(2_000_000)}.`,
      /an empty dictionary|more than/,
    ),
    pickle(
      'ordered-dictionaries',
      'makes 600,000 ordered dictionaries',
      () => joined('\x80\x02ccollections\nOrderedDict\nq\0', 'h\0)R'.repeat(500_000), '.'),
      /an empty dictionary|more than/,
    ),
    pickle(
      'marks',
      'opens 2 million groups',
      () => `\x80\x02${'('.repeat(2_000_000)}.`,
      /takes a value that is not there/,
    ),
    pickle(
      'texts',
      'repeats a text of a megabyte 100,000 times by reference',
      () => joined('\x80\x02', pushedText('x'.repeat(2 ** 20)), 'q\0', 'h\0'.repeat(100_000), '.'),
      /it holds "x+\.\.\."/,
    ),
    pickle(
      'long-text',
      'claims a text of 4 GiB',
      () => '\x80\x02X\xff\xff\xff\xffabc.',
      /in the middle of a value/,
    ),
    pickle(
      'long-number',
      'claims a number of 2 GiB',
      () => '\x80\x02\x8b\xff\xff\xff\x7f.',
      /a whole number has 2147483647 bytes/,
    ),
    pickle('cut-off', 'is cut off', () => pickledTensors().subarray(0, 60), /in the middle of a value/),
    pickle('long', 'has 33 MB', () => new Uint8Array(33 * 2 ** 20), /the pickle has 34603008 bytes/),
    pickle('not-dictionary', 'is a number', () => '\x80\x02K\x05.', /it holds 5, expected a dictionary/),
    pickle(
      'expanded',
      'has a tensor of 2^31 elements over one',
      () => pickledTensors({ length: 1, shape: [2 ** 31], strides: [0] }),
      /has 2147483648 elements .* its storage has 1/,
    ),
    pickle(
      'beyond',
      'has a tensor that starts beyond its storage',
      () => pickledTensors({ offset: 1e12 }),
      /reaches to element 1000000000004/,
    ),
    pickle(
      'stride',
      'has a stride that leads beyond its storage',
      () => pickledTensors({ shape: [2, 2], strides: [2 ** 52, 1] }),
      /reaches to element/,
    ),
    pickle(
      'storage',
      'has a storage of 10^15 elements',
      () => pickledTensors({ length: 1e15 }),
      /its storage should have 1000000000000000 elements/,
    ),
    pickle(
      'storage-outside',
      'has a storage in the folder above',
      () => pickledTensors({ key: '../../../../etc/passwd' }),
      /there is no "archive\/data\/\.\.\//,
    ),
    pickle(
      'dimensions',
      'has a tensor of 65 dimensions',
      () => pickledTensors({ shape: Array(65).fill(1), strides: Array(65).fill(1) }),
      /65 dimensions/,
    ),
    pickle(
      'expanded-zero',
      'has a shape whose product is not a number',
      () => pickledTensors({ shape: Array(64).fill(2 ** 52), strides: Array(64).fill(0) }),
      /elements of shape/,
    ),
    {
      name: 'pytorch-shared-storage',
      what: 'puts 4,000 tensors of 1 MB over one storage',
      way: 'pytorch',
      content: () => {
        const tensors = Array.from({ length: 4_000 }, (_, index) =>
          pushedTensor({ name: `t${index}`, length: 2 ** 18 }),
        )
        return {
          'pytorch_model.bin': pytorchFile(joined('\x80\x02}(', ...tensors, 'u.'), {
            0: new Uint8Array(2 ** 20),
          }),
        }
      },
      error: 'CheckpointError',
      words: /its tensors have \d+ bytes, but its storages/,
    },
    file('empty', 'has no bytes', () => new Uint8Array(0), /is not a checkpoint of torch\.save/),
    file(
      'safetensors',
      'is a safetensors file',
      () => joined(littleEndian(2, 8), '{}'),
      /is not a checkpoint of torch\.save/,
    ),
    file(
      'zip-no-end',
      'is an archive without its end',
      () => valid().subarray(0, -10),
      /the zip archive is damaged/,
    ),
    file(
      'zip-empty',
      'is an archive without files',
      () => zipArchive([]),
      /is not a checkpoint of torch\.save/,
    ),
    file(
      'zip-bomb',
      'has a pickle of 64 MB that is packed into 64 KB',
      () => pickleOf(deflateRawSync(new Uint8Array(2 ** 26)), { method: 8, uncompressedSize: 2 ** 26 }),
      /"archive\/data\.pkl" is compressed in the zip archive/,
    ),
    file(
      'zip-method',
      'has a pickle packed in an unknown way',
      () => pickleOf('x', { method: 99 }),
      /is (compressed|encrypted)/,
    ),
    file(
      'zip-encrypted',
      'has a pickle that is encrypted',
      () => pickleOf('x', { flags: 1 }),
      /is encrypted/,
    ),
    file(
      'zip-twice',
      'has two pickles of the same name',
      () =>
        zipArchive([
          { name: 'archive/data.pkl', bytes: pickledTensors() },
          { name: 'archive/data.pkl', bytes: joined('\x80\x02cos\nsystem\n.') },
        ]),
      /has "archive\/data\.pkl" twice/,
    ),
    file(
      'zip-case',
      'has two pickles in two folders',
      () => zipArchive(['a', 'A'].map((name) => ({ name: `${name}/data.pkl`, bytes: pickledTensors() }))),
      /2 files called data\.pkl/,
    ),
    file(
      'zip-outside',
      'has its pickle in the folder above',
      () => zipArchive([{ name: '../../data.pkl', bytes: pickledTensors() }]),
      /the zip archive is damaged \(Unsafe filename\)/,
    ),
    file(
      'zip-size',
      'claims a pickle of 4 GB',
      () => pickleOf('.', { claimedSize: 0xfffffff0 }),
      /ends at byte \d+|the zip archive is damaged/,
    ),
    file(
      'zip-offset',
      'has a pickle that starts beyond its end',
      () => pickleOf('.', { claimedOffset: 0xfffffff0 }),
      /pytorch_model\.bin/,
    ),
    file(
      'zip-overlap',
      'has a storage that starts in its pickle',
      () =>
        zipArchive([
          { name: 'archive/data.pkl', bytes: pickledTensors() },
          { name: 'archive/data/0', bytes: new Uint8Array(16), claimedOffset: 4 },
        ]),
      /does not start where the directory says|the zip archive is damaged/,
    ),
    file(
      'zip-directory',
      'claims a directory of 4 GB',
      () =>
        zipArchive([{ name: 'archive/data.pkl', bytes: pickledTensors() }], {
          directorySize: 0xfffffff0,
          directoryOffset: 0,
        }),
      /the zip archive is damaged/,
    ),
    file(
      'zip-count',
      'claims 65,534 files and has one',
      () => zipArchive([{ name: 'archive/data.pkl', bytes: pickledTensors() }], { count: 65_534 }),
      /the zip archive is damaged/,
    ),
    file(
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
    file(
      'zip-storage-short',
      'has a storage shorter than its pickle says',
      () => pytorchFile(pickledTensors(), { 0: new Uint8Array(15) }),
      /should have 4 elements of F32, but its file has 15 bytes/,
    ),
    file(
      'legacy-program',
      'of the old format calls os.system',
      () => legacyFile({ pickle: calling('os', 'system', 'touch canary') }),
      /names os\.system/,
    ),
    file(
      'legacy-cut-off',
      'of the old format is cut off',
      () => legacyFile().subarray(0, -1),
      /but the file has \d+ bytes/,
    ),
    file(
      'legacy-count',
      'of the old format claims a storage of 2^64 - 1 elements',
      () => legacyFile({ count: 2n ** 64n - 1n }),
      /should have .* elements of F32/,
    ),
    file(
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
