import type { ElementType } from '../safetensors/element-type'
import type { PickleVocabulary } from './pickle'
import { kindOf, type PickleGlobal, type PickleObject, type PickleValue } from './pickle-values'

/** A storage as the pickle refers to it: elements of one type. */
export class StorageReference {
  constructor(
    readonly type: ElementType,
    /** The name of its file below `data/`, or in files before PyTorch 1.6 its name in the list of storages. */
    readonly key: string,
    /** How many elements it has. */
    readonly length: number,
  ) {}
}

/** A tensor as the pickle describes it: a view of a storage, in elements. */
export class StoredTensor {
  constructor(
    readonly storage: StorageReference,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** PyTorch's classes of storages and the type of their elements under the name that safetensors gives it. */
const storageTypes: Readonly<Record<string, ElementType>> = {
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.DoubleStorage': 'F64',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.ComplexFloatStorage': 'C64',
}

/** Makes the error for a value that does not fit, worded to follow the file's name. */
export type PickleProblem = (text: string) => Error

/** The most dimensions of a tensor; PyTorch itself stops at 64. */
const mostDimensions = 64

/** The tensor that a value stands for, if it does. */
export function tensorOf(value: PickleValue | undefined): StoredTensor | undefined {
  const object = objectOf(value)
  return object instanceof StoredTensor ? object : undefined
}

function storageOf(value: PickleValue | undefined): StorageReference | undefined {
  const object = objectOf(value)
  return object instanceof StorageReference ? object : undefined
}

function objectOf(value: PickleValue | undefined): unknown {
  return typeof value === 'object' && value?.kind === 'object' ? value.value : undefined
}

/**
 * The only names that a checkpoint's pickle may use: ordered dictionaries, tensors, parameters, storages.
 *
 * @param onStorage told of every reference to a storage
 */
export function tensorVocabulary(
  problem: PickleProblem,
  onStorage: (storage: StorageReference) => void = () => {},
): PickleVocabulary {
  const globals: PickleGlobal[] = [
    {
      kind: 'global',
      name: 'collections.OrderedDict',
      call(values) {
        if (values.length > 0) throw problem('an ordered dictionary is not made empty')
        return { kind: 'dictionary', entries: new Map() }
      },
    },
    {
      kind: 'global',
      name: 'torch._utils._rebuild_tensor_v2',
      call: (values) => rebuildTensor(values, problem),
    },
    {
      kind: 'global',
      name: 'torch._utils._rebuild_parameter',
      call([tensor]) {
        if (tensor === undefined || tensorOf(tensor) === undefined) {
          throw problem(`a parameter is made of ${kindOf(tensor)}, expected a tensor`)
        }
        return tensor
      },
    },
    ...Object.keys(storageTypes).map((name) => ({ kind: 'global', name }) as const),
  ]
  return {
    globals: new Map(globals.map((global) => [global.name, global])),
    persistent(id: PickleValue) {
      const storage = referToStorage(id, problem)
      onStorage(storage)
      return { kind: 'object', value: storage }
    },
  }
}

/**
 * `('storage', class, key, device, length)` becomes a reference to the storage's bytes. Before PyTorch 1.6 a sixth value
 * told where a storage is a part of another one, which was given up before that; it is None since.
 */
function referToStorage(id: PickleValue, problem: PickleProblem): StorageReference {
  const [kind, storageClass, key, , length, partOf = null] = itemsOf(id) ?? []
  const type =
    typeof storageClass === 'object' && storageClass?.kind === 'global'
      ? storageTypes[storageClass.name]
      : undefined
  if (kind !== 'storage' || type === undefined || typeof key !== 'string' || !isSize(length)) {
    throw problem(`a storage is described by ${kindOf(id)} that does not have its class, key and length`)
  }
  if (partOf !== null) throw problem(`the storage ${kindOf(key)} is a part of another one`)
  return new StorageReference(type, key, length)
}

/** `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks, metadata)`. */
function rebuildTensor(values: readonly PickleValue[], problem: PickleProblem): PickleObject {
  const storage = storageOf(values[0])
  const offset = values[1]
  const shape = sizesOf(values[2])
  const strides = sizesOf(values[3])
  const metadata = values[6] ?? null
  if (storage === undefined || !isSize(offset) || shape === undefined || strides?.length !== shape.length) {
    throw problem('a tensor is described by values that are not a storage, an offset, sizes and strides')
  }
  if (shape.length > mostDimensions) {
    throw problem(`a tensor has ${shape.length} dimensions, expected at most ${mostDimensions}`)
  }
  if (metadata !== null && !(isDictionary(metadata) && metadata.entries.size === 0)) {
    throw problem('a tensor is stored conjugated or negated, expected its plain numbers')
  }
  return { kind: 'object', value: new StoredTensor(storage, offset, shape, strides) }
}

function isDictionary(value: PickleValue) {
  return typeof value === 'object' && value !== null && value.kind === 'dictionary'
}

function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  return typeof value === 'object' && value?.kind === 'tuple' ? value.items : undefined
}

function sizesOf(value: PickleValue | undefined): readonly number[] | undefined {
  const items = itemsOf(value)
  return items?.every(isSize) ? items : undefined
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
