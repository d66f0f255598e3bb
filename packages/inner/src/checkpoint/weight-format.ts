import {
  type ByteSource,
  CheckpointError,
  readPytorchHeader,
  readPytorchTensor,
  readSafetensorsHeader,
  readTensorData,
  type TensorEntry,
} from '@tintjs/tensor'

/** A tensor of a checkpoint with the way to its numbers. */
export interface LocatedTensor {
  readonly entry: TensorEntry
  /** Reads the numbers as float32 in row-major order. */
  read(): Promise<Float32Array>
}

/** A format in which checkpoints keep their weights: what its files are called, and how they are read. */
export interface WeightFormat {
  readonly singleFile: string
  /** Tells for checkpoints of several files which of them holds which tensor. */
  readonly indexFile: string
  /** What the names of such files end in. */
  readonly ending: string
  /** Whether a file's beginning tells all about its tensors. */
  readonly headerInFront: boolean
  /** Reads what one file says about its tensors, and no numbers. */
  locate(file: ByteSource): Promise<ReadonlyMap<string, LocatedTensor>>
}

const safetensors: WeightFormat = {
  singleFile: 'model.safetensors',
  indexFile: 'model.safetensors.index.json',
  ending: '.safetensors',
  headerInFront: true,
  async locate(file) {
    await refusePointer(file)
    const { tensors } = await readSafetensorsHeader(file)
    return located(tensors, (entry) => readTensorData(file, entry))
  },
}

const pytorch: WeightFormat = {
  singleFile: 'pytorch_model.bin',
  indexFile: 'pytorch_model.bin.index.json',
  ending: '.bin',
  headerInFront: false,
  async locate(file) {
    await refusePointer(file)
    return located(await readPytorchHeader(file), (entry) => readPytorchTensor(file, entry))
  },
}

/** How the small files start that stand for large ones in a git repository. */
const pointerStart = 'version https://git-lfs.github.com/'
const longestPointer = 1024

/** A checkpoint that was cloned without Git LFS: getting it in the same way again would not help. */
async function refusePointer(file: ByteSource): Promise<void> {
  if (file.size < pointerStart.length || file.size > longestPointer) return
  const start = new TextDecoder().decode(await file.read(0, pointerStart.length))
  if (start !== pointerStart) return
  throw new CheckpointError(
    `${file.name} is only a pointer of Git LFS to the weights; expected the weights themselves: run "git lfs pull" ` +
      'there, or download the file.',
  )
}

function located<Entry extends TensorEntry>(
  tensors: ReadonlyMap<string, Entry>,
  read: (entry: Entry) => Promise<Float32Array>,
): ReadonlyMap<string, LocatedTensor> {
  return new Map([...tensors].map(([name, entry]) => [name, { entry, read: () => read(entry) }]))
}

/** The formats that can be read, the preferred one first. */
const weightFormats: readonly WeightFormat[] = [safetensors, pytorch]

/** The format in which a checkpoint has its weights, by the names of its files; undefined where there are none. */
export function weightFormatOf(hasFile: (path: string) => boolean): WeightFormat | undefined {
  return weightFormats.find(({ singleFile, indexFile }) => hasFile(singleFile) || hasFile(indexFile))
}

/** The files whose presence shows that a checkpoint has weights, for messages. */
export const weightFileNames = weightFormats
  .flatMap(({ singleFile, indexFile }) => [singleFile, indexFile])
  .join(' nor ')
