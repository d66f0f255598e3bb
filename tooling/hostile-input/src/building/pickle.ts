import { joined, littleEndian } from './bytes'
import { zipArchive } from './zip'

/** The instruction that pushes a text. */
export const pushedText = (text: string) =>
  joined('X', littleEndian(Buffer.byteLength(text), 4), new TextEncoder().encode(text))

/** What a tensor of a pickle says about itself. */
export interface PickledTensor {
  readonly name?: string
  /** Elements of its storage. */
  readonly length?: number
  readonly offset?: number
  readonly shape?: readonly number[]
  readonly strides?: readonly number[]
  readonly key?: string
}

const number = (value: number) => `I${value}\n`
const tuple = (values: readonly number[]) => `(${values.map(number).join('')}t`

/** The instructions that push a name and its tensor, as torch.save writes them. */
export function pushedTensor({
  name = 'w',
  length = 4,
  offset = 0,
  shape = [length],
  strides = [1],
  key = '0',
}: PickledTensor = {}): Uint8Array {
  return joined(
    pushedText(name),
    'ctorch._utils\n_rebuild_tensor_v2\n(',
    ...['(', pushedText('storage'), 'ctorch\nFloatStorage\n', pushedText(key), pushedText('cpu')],
    `${number(length)}tQ${number(offset)}${tuple(shape)}${tuple(strides)}`,
    '\x89ccollections\nOrderedDict\n)RtR',
  )
}

/** A pickle of a dictionary of tensors; of one where nothing is said. */
export function pickledTensors(...given: readonly PickledTensor[]): Uint8Array {
  const tensors = given.length === 0 ? [{}] : given
  return joined('\x80\x02}(', ...tensors.map(pushedTensor), 'u.')
}

/** A pytorch_model.bin of a pickle and storages, as torch.save packs them. */
export function pytorchFile(
  pickle: Uint8Array | string,
  storages: Readonly<Record<string, Uint8Array>> = { 0: new Uint8Array(16) },
): Uint8Array {
  return zipArchive([
    { name: 'archive/data.pkl', bytes: joined(pickle) },
    ...Object.entries(storages).map(([key, bytes]) => ({ name: `archive/data/${key}`, bytes })),
  ])
}

const magic = '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.'

/** A file of PyTorch before 1.6: pickles one after another, then storages of 4 elements. */
export function legacyFile({
  pickle = pickledTensors(),
  keys = '\x80\x02]X\x01\0\0\x000a.',
  count = 4,
}: {
  readonly pickle?: Uint8Array | string
  readonly keys?: string
  readonly count?: number | bigint
} = {}): Uint8Array {
  const machine = '\x80\x02}X\x0d\0\0\0little_endian\x88s.'
  return joined(
    magic,
    '\x80\x02M\xe9\x03.',
    machine,
    pickle,
    keys,
    littleEndian(count, 8),
    new Uint8Array(16),
  )
}

/** A program that calls a function by its name with one text. */
export const calling = (module: string, name: string, argument: string) =>
  joined(`\x80\x02c${module}\n${name}\n`, pushedText(argument), '\x85R.')
