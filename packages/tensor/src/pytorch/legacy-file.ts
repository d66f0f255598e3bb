import { CheckpointError } from '../errors'
import { type ByteSource, readExactly } from '../safetensors/byte-source'
import { bytesOfTensor, type ElementType } from '../safetensors/element-type'
import { shown } from '../safetensors/json-text'
import { longestPickle, readPickleAtStart } from './pickle'
import type { PickleValue } from './pickle-values'
import { type PickleProblem, tensorVocabulary } from './stored-tensor'
import type { ByteSpan } from './zip-archive'

/*
 * What torch.save wrote before PyTorch 1.6, as many published checkpoints still have it: five pickles one after another
 * (a magic number, the version, the writer's machine, the saved object, the keys of the storages), then for each key in
 * order the number of its elements as 8 bytes and the elements themselves.
 */

/** The pickle of PyTorch's magic number, 0x1950a86a20f9469cfc6c: protocol 2, a whole number of 10 bytes, the end. */
const magicPickle = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]

/** The one version that there ever was. */
const knownVersion = 1001

/** Bytes of the number of elements in front of a storage. */
const countBytes = 8

/** Whether a file that starts with these bytes (15 or more) is in the format of PyTorch before 1.6. */
export function isLegacyFile(start: Uint8Array): boolean {
  return magicPickle.every((byte, index) => start[index] === byte)
}

/** A file whose pickles are read, and whose storages are found. */
export interface LegacyFile {
  /** What was saved. */
  readonly value: PickleValue
  /** @throws CheckpointError when the file has no such storage */
  readonly locate: (key: string) => Promise<ByteSpan>
}

/**
 * Reads the pickles of such a file and the places of its storages; no elements are read and nothing is executed.
 *
 * @throws CheckpointError for pickles that are too long, name other things or do not fit, and for a file that was cut off
 */
export async function openLegacyFile(source: ByteSource, problem: PickleProblem): Promise<LegacyFile> {
  // The end of the pickles is known only once they are read.
  const start = await readExactly(source, 0, Math.min(source.size, magicPickle.length + longestPickle))
  const types = new Map<string, ElementType>()
  const vocabulary = tensorVocabulary(problem, ({ key, type }) => types.set(key, type))
  let position = magicPickle.length
  const next = () => {
    const { value, length } = readPickleAtStart(start.subarray(position), source.name, vocabulary)
    position += length
    return value
  }
  const version = next()
  if (version !== knownVersion) {
    throw problem(`its format has the version ${shown(version)}, expected ${knownVersion}`)
  }
  checkByteOrder(next(), problem)
  const value = next()
  const spans = await findStorages(source, keysOf(next(), problem), types, position)
  return {
    value,
    async locate(key) {
      const span = spans.get(key)
      if (span === undefined) throw damaged(source, `there is no storage ${shown(key)} in it`)
      return span
    },
  }
}

function checkByteOrder(machine: PickleValue, problem: PickleProblem): void {
  const little =
    typeof machine === 'object' && machine?.kind === 'dictionary' && machine.entries.get('little_endian')
  if (little !== true) throw problem('it does not say that its numbers are little-endian')
}

function keysOf(value: PickleValue, problem: PickleProblem): string[] {
  const keys = typeof value === 'object' && value?.kind === 'list' ? value.items : []
  const texts = keys.filter((key) => typeof key === 'string')
  if (texts.length > 0 && texts.length === keys.length && new Set(texts).size === keys.length) return texts
  throw problem('behind the saved object there is no list of storages')
}

async function findStorages(
  source: ByteSource,
  keys: readonly string[],
  types: ReadonlyMap<string, ElementType>,
  firstByte: number,
): Promise<ReadonlyMap<string, ByteSpan>> {
  const spans = new Map<string, ByteSpan>()
  let position = firstByte
  for (const key of keys) {
    const type = types.get(key)
    if (type === undefined) throw damaged(source, `nothing tells the type of its storage ${shown(key)}`)
    if (position + countBytes > source.size) throw damaged(source, `it ends before its storage ${shown(key)}`)
    const count = await readCount(source, position)
    const start = position + countBytes
    const bytes = bytesOfTensor(type, [count])
    if (typeof bytes === 'string' || start + bytes > source.size) {
      throw damaged(
        source,
        `its storage ${shown(key)} should have ${count} elements of ${type}, but the file has ${source.size} bytes`,
      )
    }
    position = start + bytes
    spans.set(key, { start, end: position })
  }
  return spans
}

async function readCount(source: ByteSource, position: number): Promise<number> {
  const bytes = await readExactly(source, position, position + countBytes)
  return Number(new DataView(bytes.buffer, bytes.byteOffset, countBytes).getBigUint64(0, true))
}

function damaged(source: ByteSource, problem: string): CheckpointError {
  return new CheckpointError(`${source.name}: ${problem}; the file was cut off or is damaged: get it again`)
}
