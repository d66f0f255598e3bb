import { CheckpointError } from '../errors'
import { type ByteSource, readExactly } from '../safetensors/byte-source'
import { bytesOfTensor } from '../safetensors/element-type'
import type { TensorEntry } from '../safetensors/header'
import { shown } from '../safetensors/json-text'
import { isLegacyFile, openLegacyFile } from './legacy-file'
import { longestPickle, readPickle } from './pickle'
import { kindOf, type PickleDictionary, type PickleValue } from './pickle-values'
import { type PickleProblem, type StoredTensor, tensorOf, tensorVocabulary } from './stored-tensor'
import { type ByteSpan, openZipArchive, type ZipArchive } from './zip-archive'

/** How many bytes tell the format. */
const formatBytes = 16
const zipSignature = [0x50, 0x4b, 3, 4]

/** One tensor of a PyTorch checkpoint: a {@link TensorEntry} whose elements need not be in row-major order. */
export interface PytorchTensorEntry extends TensorEntry {
  /**
   * For each dimension, how many elements of the file lie between neighbours. `start` and `end` span the elements
   * from the first to the last that the tensor has; tensors may share them.
   */
  readonly strides: readonly number[]
}

/**
 * Reads what a file of `torch.save` says about its tensors; their numbers are not read and nothing is executed. The
 * file must hold a dictionary of tensors (a `state_dict`), as `pytorch_model.bin` of transformers does, in today's format
 * or in that of PyTorch before 1.6.
 *
 * @returns tensors by name, in the order of the dictionary
 * @throws CheckpointError naming the file and what is wrong: another format, a pickle that names anything but tensors, a dictionary of other things, a tensor beyond its storage
 */
export async function readPytorchHeader(
  source: ByteSource,
): Promise<ReadonlyMap<string, PytorchTensorEntry>> {
  const { stateDictionary, locate } = await openFile(source)
  const spans = new Map<string, ByteSpan>()
  const entries = new Map<string, PytorchTensorEntry>()
  for (const [name, value] of stateDictionary.entries) {
    const [text, tensor] = checkedItem(source, name, value)
    const { key } = tensor.storage
    const span = spans.get(key) ?? (await locate(key))
    spans.set(key, span)
    entries.set(text, entryOf(source, text, tensor, span))
  }
  checkSharing(source, entries, spans)
  return entries
}

/** How many times as large as their storages all tensors may be: tied weights are twice. */
const mostSharing = 4

/** So many bytes of tensors are never too many: buffers of tiny models, which all layers share. */
const freelyShared = 64 * 2 ** 20

/** Each tensor is read into memory of its own, so a small file could ask for any amount by naming a storage often. */
function checkSharing(
  source: ByteSource,
  entries: ReadonlyMap<string, PytorchTensorEntry>,
  spans: ReadonlyMap<string, ByteSpan>,
): void {
  const storages = [...spans.values()].reduce((total, { start, end }) => total + end - start, 0)
  // Not of their spans in the file, which are shorter where a stride is 0.
  const tensors = [...entries.values()].reduce(
    (total, { type, shape }) => total + Number(bytesOfTensor(type, shape)),
    0,
  )
  if (tensors <= Math.max(mostSharing * storages, freelyShared)) return
  throw new CheckpointError(
    `${source.name}: its tensors have ${tensors} bytes, but its storages ${storages}; expected tensors that do not ` +
      'share more: save it again with torch.save(model.state_dict()), or as safetensors',
  )
}

/** What a file says about its tensors, in either of the two formats. */
interface OpenFile {
  readonly stateDictionary: PickleDictionary
  /** Where the bytes of a storage are. */
  readonly locate: (key: string) => Promise<ByteSpan>
}

async function openFile(source: ByteSource): Promise<OpenFile> {
  const start = await readExactly(source, 0, Math.min(source.size, formatBytes))
  const problem = problemOf(source)
  if (isLegacyFile(start)) {
    const { value, locate } = await openLegacyFile(source, problem)
    return { stateDictionary: checkedDictionary(value, problem), locate }
  }
  if (zipSignature.some((byte, index) => start[index] !== byte)) {
    throw new CheckpointError(
      `${source.name} is not a checkpoint of torch.save (it starts with ${shown([...start.subarray(0, 4)])}, expected ` +
        'the start of a zip archive); get the file again',
    )
  }
  const archive = await openZipArchive(source)
  const folder = folderOf(source, archive)
  await checkByteOrder(source, archive, folder)
  const value = await readArchivedPickle(source, await archive.locate(`${folder}data.pkl`), problem)
  return {
    stateDictionary: checkedDictionary(value, problem),
    locate: (key) => archive.locate(`${folder}data/${key}`),
  }
}

/** The archive's one folder, which torch.save calls as it likes, with its slash. */
function folderOf(source: ByteSource, archive: ZipArchive): string {
  const pickles = archive.names.filter((name) => /^[^/]*\/data\.pkl$/.test(name))
  const [pickle] = pickles
  if (pickle !== undefined && pickles.length === 1) return pickle.slice(0, -'data.pkl'.length)
  throw new CheckpointError(
    `${source.name} is a zip archive with ${pickles.length} files called data.pkl, expected one, as torch.save ` +
      'writes it; get the file again',
  )
}

async function checkByteOrder(source: ByteSource, archive: ZipArchive, folder: string): Promise<void> {
  const name = `${folder}byteorder`
  // Files of PyTorch before 2.1 do not say; all of them are little-endian.
  if (!archive.names.includes(name)) return
  const { start, end } = await archive.locate(name)
  const text = new TextDecoder().decode(await readExactly(source, start, Math.min(end, start + 16)))
  if (text === 'little') return
  throw new CheckpointError(
    `${source.name} has the byte order ${shown(text)}, expected "little"; save it again on a little-endian machine`,
  )
}

async function readArchivedPickle(
  source: ByteSource,
  { start, end }: ByteSpan,
  problem: PickleProblem,
): Promise<PickleValue> {
  if (end - start > longestPickle) {
    throw new CheckpointError(
      `${source.name}: the pickle has ${end - start} bytes, expected at most ${longestPickle}; ` +
        'save the tensors alone, without other objects',
    )
  }
  return readPickle(await readExactly(source, start, end), source.name, tensorVocabulary(problem))
}

function problemOf(source: ByteSource): PickleProblem {
  return (text) =>
    new CheckpointError(
      `${source.name}: ${text}; save it again with torch.save(model.state_dict()), or as safetensors`,
    )
}

function checkedDictionary(value: PickleValue, problem: PickleProblem): PickleDictionary {
  if (typeof value === 'object' && value?.kind === 'dictionary' && value.entries.size > 0) return value
  const found =
    typeof value === 'object' && value?.kind === 'dictionary' ? 'an empty dictionary' : kindOf(value)
  throw problem(`it holds ${found}, expected a dictionary of tensors`)
}

function checkedItem(source: ByteSource, name: PickleValue, value: PickleValue): [string, StoredTensor] {
  const tensor = tensorOf(value)
  if (typeof name === 'string' && tensor !== undefined) return [name, tensor]
  const advice =
    typeof value === 'object' && value?.kind === 'dictionary'
      ? 'take the inner dictionary out and save it alone'
      : 'remove it and save the tensors alone'
  throw new CheckpointError(
    `${source.name} has ${kindOf(tensor === undefined ? value : name)} ` +
      `${tensor === undefined ? `under ${kindOf(name)}` : 'as a name'}, expected tensors under their names; ${advice} ` +
      'with torch.save',
  )
}

function entryOf(source: ByteSource, name: string, tensor: StoredTensor, span: ByteSpan): PytorchTensorEntry {
  const { storage, offset, shape, strides } = tensor
  const { type } = storage
  const problem = (text: string) =>
    new CheckpointError(`${source.name}: tensor ${shown(name)}: ${text}; the file is damaged: get it again`)
  const elementBytes = bytesOfTensor(type, [1])
  const storageBytes = bytesOfTensor(type, [storage.length])
  if (
    typeof elementBytes === 'string' ||
    typeof storageBytes === 'string' ||
    storageBytes > span.end - span.start
  ) {
    throw problem(
      `its storage should have ${storage.length} elements of ${type}, but its file has ${span.end - span.start} bytes`,
    )
  }
  const elements = shape.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(elements) || elements > storage.length) {
    throw problem(
      `it has ${elements} elements of shape ${shown(shape)}, but its storage has ${storage.length} (an expanded ` +
        'view has to be saved after .contiguous())',
    )
  }
  const steps = shape.map((size, axis) => (size - 1) * (strides[axis] ?? 0))
  const count = elements === 0 ? 0 : steps.reduce((sum, step) => sum + step, 1)
  if (offset + count > storage.length) {
    throw problem(`it reaches to element ${offset + count}, but its storage has ${storage.length}`)
  }
  const start = span.start + offset * elementBytes
  return { name, type, shape, strides, start, end: start + count * elementBytes }
}
