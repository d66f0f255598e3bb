import { nestedLists } from '../building/bytes'
import { checkpointFolder, configurationOf, tinyGpt2 } from '../building/checkpoint'
import type { HostileCase, HostileGroup } from '../hostile-case'

function config(
  name: string,
  what: string,
  content: () => string | Readonly<Record<string, unknown>>,
  words: RegExp,
  error: HostileCase['error'] = 'ConfigError',
): HostileCase {
  return {
    name: `config-${name}`,
    what,
    way: 'model',
    content: () => checkpointFolder(content()),
    error,
    words,
  }
}

/** A case of one field of the tiny GPT-2 or of another family. */
function field(
  name: string,
  what: string,
  fields: Readonly<Record<string, unknown>>,
  words: RegExp,
  { family = 'gpt2', error = 'ConfigError' as HostileCase['error'] } = {},
): HostileCase {
  return config(name, what, () => ({ ...configurationOf(family), ...fields }), words, error)
}

const checkpointError = { error: 'CheckpointError' } as const

/** `config.json`. */
export const configurations: HostileGroup = {
  title: 'A configuration',
  cases: [
    config('empty', 'has no bytes', () => '', /config\.json in .* is not valid JSON/, 'CheckpointError'),
    config(
      'truncated',
      'is cut off',
      () => '{"model_type":"gpt2"',
      /config\.json in .* is not valid JSON/,
      'CheckpointError',
    ),
    config('list', 'is a list', () => '[]', /config\.json has model_type missing/),
    config('null', 'is null', () => 'null', /config\.json has model_type missing/),
    config('text', 'is a text', () => '"gpt2"', /config\.json has model_type missing/),
    config(
      'nan',
      'has NaN as a number',
      () => '{"model_type":"gpt2","n_embd":NaN}',
      /is not valid JSON/,
      'CheckpointError',
    ),
    config(
      'duplicate',
      'has a field twice',
      () => JSON.stringify(tinyGpt2).replace('{', '{"n_layer":9,'),
      /config\.json .*the name "n_layer" twice/,
      'CheckpointError',
    ),
    config(
      'nested',
      'has 100,000 lists in lists',
      () => `{"model_type":"gpt2","x":${nestedLists(100_000)}}`,
      /config\.json .*more than 128 levels of nesting/,
      'CheckpointError',
    ),
    config(
      'nested-type',
      'has 5,000 lists in lists as its type',
      () => `{"model_type":${nestedLists(5_000)}}`,
      /config\.json .*more than 128 levels of nesting/,
      'CheckpointError',
    ),
    {
      ...config(
        'huge',
        'has 70 MB',
        () => '',
        /config\.json in .* has 70000000 bytes; expected at most/,
        'CheckpointError',
      ),
      content: () => ({
        ...checkpointFolder(),
        'config.json': { sparse: 70_000_000, start: new Uint8Array(0) },
      }),
    },
    config(
      'bomb',
      'has 2 million empty lists',
      () => `{"x":[${'[],'.repeat(2_000_000)}[]]}`,
      /config\.json in .* has more than 1000000 lists and objects/,
      'CheckpointError',
    ),
    config(
      'long-value',
      'has an unknown field of a million letters',
      () => ({ ...tinyGpt2, x: 'a'.repeat(1e6) }),
      /config\.json has the field x = "a+\.\.\./,
    ),
    config(
      'many-fields',
      'has 50,000 unknown fields',
      () => ({
        ...tinyGpt2,
        ...Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`f${index}`, 1])),
      }),
      /config\.json has the fields f0 = 1/,
    ),
    config(
      'proto',
      'has __proto__ with a type in it',
      () => '{"__proto__":{"model_type":"gpt2"}}',
      /config\.json has model_type missing/,
    ),
    config(
      'utf16',
      'is UTF-16',
      () => Buffer.from('{}', 'utf16le').toString('latin1'),
      /not valid JSON/,
      'CheckpointError',
    ),
    field(
      'type-list',
      'has a list as its type',
      { model_type: ['gpt2'] },
      /model_type \["gpt2"\], an unsupported architecture/,
    ),
    field(
      'type-proto',
      'has the type constructor',
      { model_type: 'constructor' },
      /model_type "constructor", an unsupported/,
    ),
    field('code', 'asks for code of its own', { auto_map: { AutoModel: 'evil.Model' } }, /auto_map = /),
    field(
      'quantised',
      'is of quantised weights',
      { quantization_config: { quant_method: 'x'.repeat(1e6) } },
      /quantization_config with quant_method "x+\.\.\./,
    ),
    field('zero-width', 'has width 0', { n_embd: 0 }, /n_embd is 0, which is not supported/),
    field('negative-layers', 'has -1 layers', { n_layer: -1 }, /n_layer is -1/),
    field('fraction-heads', 'has 1.5 heads', { n_head: 1.5 }, /n_head is 1\.5/),
    field('many-layers', 'has 10^15 layers', { n_layer: 1e15 }, /n_layer is 1000000000000000/),
    field(
      'infinite-layers',
      'has 1e999 layers',
      { n_layer: 1e308 * 10 },
      /n_layer is null|n_layer is missing/,
    ),
    field('many-heads', 'has 10^9 heads', { n_head: 1e9 }, /n_head is 1000000000/),
    field('wide', 'has width 10^12', { n_embd: 1e12 }, /n_embd is 1000000000000/),
    field(
      'wide-allowed',
      'has width 10,000,000 and 1000 layers',
      { n_embd: 1e7, n_layer: 1000 },
      /The tensor transformer\.wte\.weight in .* has shape \[11, 8\]; expected \[11, 10000000\]/,
      checkpointError,
    ),
    field(
      'wide-heads',
      'has heads of width 10,000,000 in 1000 layers',
      { head_dim: 1e7, num_hidden_layers: 1000 },
      /turn 10000000 numbers of a head; expected an even number from 2 to 65536/,
      { family: 'llama' },
    ),
    field(
      'rotary-width',
      'turns 10,000,000 numbers of a head in 1000 layers',
      { n_embd: 1e7, n_head: 1, rotary_dim: 1e7, n_layer: 1000 },
      /turn 10000000 numbers of a head; expected an even number from 2 to 65536/,
      { family: 'gptj' },
    ),
    field(
      'rotary-share',
      'turns a share of 1e-300 of each head',
      { partial_rotary_factor: 1e-300 },
      /turn 0 numbers of a head/,
      { family: 'phi' },
    ),
    field(
      'vocabulary',
      'has a vocabulary of 10^18',
      { vocab_size: 1e18 },
      /vocab_size is 1000000000000000000/,
    ),
    field(
      'positions',
      'has fewer positions than weights',
      { n_positions: 4 },
      /transformer\.wpe\.weight in .* has shape \[16, 8\]; expected \[4, 8\]/,
      checkpointError,
    ),
    field(
      'heads',
      'has heads that do not divide its width',
      { n_head: 3 },
      /n_embd 8 and n_head 3; expected a width that the heads divide/,
    ),
    field(
      'activation',
      'has an activation called __proto__',
      { activation_function: '__proto__' },
      /activation_function is "__proto__"/,
    ),
    field('epsilon', 'has a negative epsilon', { layer_norm_epsilon: -1 }, /layer_norm_epsilon is -1/),
    field(
      'layer-types',
      'has a list of 100,000 types of layers',
      { layer_types: Array(1e5).fill('full_attention') },
      /layer_types/,
      { family: 'qwen2' },
    ),
    ...['opt', 'llama', 'mistral', 'qwen2', 'gpt_neox', 'stablelm', 'phi'].map((family) =>
      field(
        `astronomical-${family.replace('_', '-')}`,
        `of ${family} has 2^53 in each size`,
        { hidden_size: 2 ** 53, num_attention_heads: 2 ** 53 },
        /is 9007199254740992/,
        { family },
      ),
    ),
    ...['gptj', 'bloom'].map((family) =>
      field(
        `astronomical-${family.replace('_', '-')}`,
        `of ${family} has 2^53 in each size`,
        { n_head: 2 ** 53, n_layer: 2 ** 53 },
        /is 9007199254740992/,
        { family },
      ),
    ),
  ],
}
