import { joined } from '../building/bytes'
import { calling, pickledTensors, pushedTensor, pushedText, pytorchFile } from '../building/pickle'
import type { HostileCase } from '../hostile-case'
import { pytorchCase } from './pytorch-case'

/** A case of a pickle alone, in an archive. */
function pickle(name: string, what: string, content: () => Uint8Array | string, words: RegExp): HostileCase {
  return pytorchCase(`pickle-${name}`, what, () => pytorchFile(content()), words)
}

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

/** Pickles that are programs or bombs, each alone in an archive. */
export const pickles: readonly HostileCase[] = [
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
]
