import { nestedLists } from '../building/bytes'
import { checkpointFolder, tinyGpt2, weightsOf } from '../building/checkpoint'
import { oneTensor } from '../building/safetensors'
import type { FolderContent, HostileCase, HostileGroup } from '../hostile-case'

const indexFile = 'model.safetensors.index.json'
const shard = 'model-00001-of-00002.safetensors'

function folder(
  name: string,
  what: string,
  content: () => FolderContent,
  words: RegExp,
  error: HostileCase['error'] = 'CheckpointError',
): HostileCase {
  return { name: `folder-${name}`, what, way: 'model', content, error, words }
}

/** A checkpoint in one shard, whose index is this text or names this file for every tensor. */
function sharded(index: string, more: FolderContent = {}): FolderContent {
  return {
    'config.json': JSON.stringify(tinyGpt2),
    [shard]: weightsOf(tinyGpt2),
    [indexFile]: index,
    ...more,
  }
}

const naming = (file: unknown) => JSON.stringify({ weight_map: { 'transformer.wte.weight': file } })

function misnamed(name: string, what: string, file: string): HostileCase {
  return folder(
    `index-${name}`,
    `has an index that names ${what}`,
    () => sharded(naming(file), { '../secret.safetensors': oneTensor() }),
    /index\.json: weight_map: tensor "transformer\.wte\.weight": found .* plain name of a file/,
  )
}

/** Folders of checkpoints: their index files, links and what is missing. */
export const folders: HostileGroup = {
  title: 'A folder',
  cases: [
    misnamed('parent', 'a file in the folder above', '../secret.safetensors'),
    misnamed('parent-windows', 'the same in the way of Windows', '..\\secret.safetensors'),
    misnamed('absolute', 'an absolute path', '/etc/passwd.safetensors'),
    misnamed('drive', 'a drive', 'C:secret.safetensors'),
    misnamed('unc', 'a network share', '\\\\server\\share\\secret.safetensors'),
    misnamed('url', 'an address', 'https://example.org/secret.safetensors'),
    misnamed('escaped', 'an escaped path', '%2e%2e%2fsecret.safetensors'),
    misnamed('nul', 'a name with a zero in it', 'secret.safetensors\0.safetensors'),
    folder(
      'index-pickle',
      'has an index of safetensors that names a pickle',
      () => sharded(naming('pytorch_model.bin')),
      /found "pytorch_model\.bin", expected the name of a file that ends in \.safetensors/,
    ),
    folder(
      'index-missing-shard',
      'has an index that names a shard that is missing',
      () => sharded(naming('model-00002-of-00002.safetensors')),
      /index\.json in .* names the shard model-00002-of-00002\.safetensors, which is missing/,
    ),
    folder(
      'index-wrong-shard',
      'has an index that names a shard without the tensor',
      () => sharded(JSON.stringify({ weight_map: { nothing: shard } })),
      /says that nothing is in model-00001-of-00002\.safetensors, but that file has no such tensor/,
    ),
    folder(
      'index-too-few',
      'has an index that leaves most tensors out',
      () => sharded(naming(shard)),
      /The tensor transformer\..* is missing/,
    ),
    folder(
      'index-many-shards',
      'has an index that names 100,000 shards',
      () => {
        const pairs = Array.from({ length: 100_000 }, (_, index) => [`t${index}`, `${index}.safetensors`])
        return sharded(JSON.stringify({ weight_map: Object.fromEntries(pairs) }))
      },
      /names the shard .*\.safetensors, which is missing/,
    ),
    folder(
      'index-number',
      'has an index that names a number',
      () => sharded(naming(7)),
      /found 7, expected the name of a file/,
    ),
    folder(
      'index-list',
      'has an index that is a list',
      () => sharded('[]'),
      /index\.json: expected an object with weight_map/,
    ),
    folder(
      'index-nothing',
      'has an index without tensors',
      () => sharded('{"weight_map":{}}'),
      /expected at least one tensor/,
    ),
    folder(
      'index-nested',
      'has an index of 100,000 lists in lists',
      () => sharded(nestedLists(100_000)),
      /levels of nesting/,
    ),
    folder(
      'index-bomb',
      'has an index of 2 million lists',
      () => sharded(`{"weight_map":[${'[],'.repeat(2_000_000)}[]]}`),
      /index\.json: it has more than 1000000 lists and objects/,
    ),
    folder(
      'index-duplicate',
      'has an index that puts a tensor into two shards',
      () => sharded(`{"weight_map":{"x":"a.safetensors","x":"${shard}"}}`),
      /the name "x" twice/,
    ),
    folder('nothing', 'has nothing in it', () => ({}), /There is no config\.json in/),
    folder(
      'no-weights',
      'has no weights',
      () => ({ 'config.json': JSON.stringify(tinyGpt2) }),
      /There is neither model\.safetensors/,
    ),
    folder(
      'lfs-pointer',
      'has a pointer of Git LFS instead of the weights',
      () => ({
        ...checkpointFolder(),
        'model.safetensors': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`,
      }),
      /model\.safetensors is only a pointer of Git LFS .*git lfs pull/,
    ),
    folder(
      'config-folder',
      'has a folder called config.json',
      () => ({ ...checkpointFolder(), 'config.json': { folder: true } }),
      /There is no config\.json/,
    ),
    folder(
      'config-pipe',
      'has a pipe called config.json',
      () => ({ ...checkpointFolder(), 'config.json': { pipe: true } }),
      /There is no config\.json/,
    ),
    folder(
      'weights-pipe',
      'has a pipe called model.safetensors',
      () => ({ ...checkpointFolder(), 'model.safetensors': { pipe: true } }),
      /There is neither model\.safetensors/,
    ),
    folder(
      'config-loop',
      'has links that lead to each other',
      () => ({
        ...checkpointFolder(),
        'config.json': { link: 'other.json' },
        'other.json': { link: 'config.json' },
      }),
      /There is no config\.json/,
    ),
    folder(
      'config-dangling',
      'has a link that leads nowhere',
      () => ({ ...checkpointFolder(), 'config.json': { link: 'nowhere.json' } }),
      /There is no config\.json/,
    ),
    folder(
      'link-out',
      'has a link to weights outside of it',
      () => ({
        ...checkpointFolder(),
        'model.safetensors': { link: '../secret.safetensors' },
        '../secret.safetensors': weightsOf(tinyGpt2),
      }),
      /model\.safetensors in .* is a link that leads out of the folder/,
    ),
    folder(
      'link-config-out',
      'has a link to a text outside of it, whose words an error could tell',
      () => ({
        ...checkpointFolder(),
        'config.json': { link: '../secret.txt' },
        '../secret.txt': 'the password',
      }),
      /config\.json in .* is a link that leads out of the folder/,
    ),
    folder(
      'index-link-out',
      'has a shard that is a link out of it',
      () =>
        sharded(naming('model-00002-of-00002.safetensors'), {
          'model-00002-of-00002.safetensors': { link: '../secret.safetensors' },
          '../secret.safetensors': weightsOf(tinyGpt2),
        }),
      /model-00002-of-00002\.safetensors in .* is a link that leads out of the folder/,
    ),
  ],
}
