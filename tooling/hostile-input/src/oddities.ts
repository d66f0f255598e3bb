import { checkpointFolder, tinyConfigurations, tinyGpt2, weightsOf } from './building/checkpoint'
import { fixtureFolder } from './building/fixture'
import { legacyFile, pickledTensors, pytorchFile } from './building/pickle'
import { runFolder } from './building/run'
import { editedHeader, oneTensor, withHeader } from './building/safetensors'
import { simulatorFiles } from './building/simulator'
import { csvTaskText, taskText } from './building/task'
import { tokenizerJson } from './building/tokenizer'
import type { FolderContent, FolderEntry, ValidOddity } from './hostile-case'
import type { WayName } from './ways'

function oddity(name: string, what: string, way: WayName, content: ValidOddity['content']): ValidOddity {
  return { name: `valid-${name}`, what, way, content }
}

const safetensors = (name: string, what: string, content: () => FolderEntry) =>
  oddity(`safetensors-${name}`, what, 'safetensors', () => ({ 'model.safetensors': content() }))

/** The weights of the tiny GPT-2 with a header of another form. */
const reheaded = (edit: (header: string) => string): FolderContent =>
  checkpointFolder(tinyGpt2, editedHeader(weightsOf(tinyGpt2), edit))

/** What is unusual and right all the same; every way is here with something plain too. */
export const oddities: readonly ValidOddity[] = [
  safetensors('rank-0', 'A tensor of rank 0', () =>
    oneTensor({ shape: [], data_offsets: [0, 4] }, { data: 4 }),
  ),
  safetensors('zero-size', 'A tensor with a dimension of size 0', () =>
    oneTensor({ shape: [3, 0, 2], data_offsets: [0, 0] }, { data: 0 }),
  ),
  safetensors('zero-between', 'A tensor without bytes between two others', () =>
    withHeader(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},"c":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      new Uint8Array(8),
    ),
  ),
  safetensors('no-tensors', 'A file without tensors', () => withHeader('{}')),
  safetensors('metadata-null', 'Metadata that are null', () => withHeader('{"__metadata__":null}')),
  safetensors('proto', 'A tensor called __proto__', () => oneTensor({}, { name: '__proto__' })),
  safetensors('names', 'A name with letters of every kind', () => oneTensor({}, { name: 'ü中 😀"\\\n\0' })),
  safetensors('trailing-spaces', 'Spaces behind the header, to fill it up', () =>
    editedHeader(oneTensor(), (header) => `${header}     `),
  ),
  safetensors('inner-spaces', 'Spaces and line breaks in the header', () =>
    editedHeader(oneTensor(), (header) => header.replaceAll(',', ' ,\r\n\t').replace('{', '{   ')),
  ),
  safetensors('more-fields', 'Fields of tensors that are not known', () =>
    oneTensor({ extra: { nested: [1] } }),
  ),
  oddity('model-unsorted', 'Weights whose names are in no order', 'model', () =>
    reheaded((header) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(header)).reverse()))),
  ),
  oddity('model-spaces', 'A configuration with spaces and line breaks around it', 'model', () =>
    checkpointFolder(`\n\n  ${JSON.stringify(tinyGpt2, undefined, 4)}  \n`),
  ),
  oddity('model-bom', 'A configuration with a byte order mark', 'model', () =>
    checkpointFolder(`\ufeff${JSON.stringify(tinyGpt2)}`),
  ),
  oddity('model-off', 'A configuration with unknown fields that switch something off', 'model', () =>
    checkpointFolder({ ...tinyGpt2, unknown: null, other: false, pruned_heads: {} }),
  ),
  oddity('model-link', 'Weights that are a link within the folder', 'model', () => ({
    ...checkpointFolder(),
    'model.safetensors': { link: 'weights.safetensors' },
    'weights.safetensors': weightsOf(tinyGpt2),
  })),
  ...tinyConfigurations.map((configuration) =>
    oddity(
      `model-${configuration.model_type.replace('_', '-')}`,
      `A tiny model of ${configuration.model_type}`,
      'model',
      () => checkpointFolder(configuration, weightsOf(configuration)),
    ),
  ),
  oddity('hub', 'A model from a hub', 'hub', () => checkpointFolder()),
  oddity('pytorch', 'A file of torch.save', 'pytorch', () => ({
    'pytorch_model.bin': pytorchFile(pickledTensors()),
  })),
  oddity('pytorch-legacy', 'A file of PyTorch before 1.6', 'pytorch', () => ({
    'pytorch_model.bin': legacyFile(),
  })),
  oddity('pytorch-shared', 'Two tensors over one storage', 'pytorch', () => ({
    'pytorch_model.bin': pytorchFile(pickledTensors({}, { name: 'tied' })),
  })),
  oddity('pytorch-rank-0', 'A tensor of rank 0', 'pytorch', () => ({
    'pytorch_model.bin': pytorchFile(pickledTensors({ shape: [], strides: [] })),
  })),
  oddity('tokenizer', 'A tokenizer', 'tokenizer', () => ({ 'tokenizer.json': tokenizerJson() })),
  oddity('tokenizer-gaps', 'A vocabulary with gaps between its ids', 'tokenizer', () => ({
    'tokenizer.json': tokenizerJson({}, { vocab: { a: 0, b: 900, ab: 7, Ġ: 3_999_999, aa: 4 } }),
  })),
  oddity('tokenizer-merges', 'A vocabulary with merges', 'tokenizer', () => ({
    'vocab.json': '{"a":0,"b":1,"ab":2}',
    'merges.txt': '#version: 0.2\r\na b\r\n',
  })),
  oddity('simulator', 'A simulator', 'simulator', simulatorFiles),
  oddity('task', 'A task', 'task', () => ({ 'task.yaml': taskText })),
  oddity('task-references', 'A task with references', 'task', () => ({
    'task.yaml': taskText
      .replace('labels: [red, blue]', 'labels: &l [red, blue]')
      .replace('words: [red, blue]', 'words: *l'),
  })),
  oddity('examples', 'Examples of a task', 'examples', () => ({
    'task.yaml': taskText,
    'colours.txt': '0 a\n1 b\n'.repeat(40),
  })),
  oddity('examples-csv', 'The same as comma-separated values', 'examples', () => ({
    'task.yaml': csvTaskText,
    'colours.csv': '0,"a ""b"""\r\n1,c\r\n'.repeat(40),
  })),
  oddity('run', 'A run', 'run', runFolder),
  oddity('fixture', "A case of an adapter's tests", 'fixture', fixtureFolder),
]
