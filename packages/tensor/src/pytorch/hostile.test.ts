import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../errors'
import { bytesSource } from '../safetensors/byte-source'
import { readPytorchHeader } from './header'
import { packArchive } from './test-support'

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const joined = (...parts: (Uint8Array | string)[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? ascii(part) : part))))

async function read(pickle: Uint8Array | string, storages: Readonly<Record<string, Uint8Array>> = {}) {
  const bytes = typeof pickle === 'string' ? ascii(pickle) : pickle
  const archive = await packArchive({
    'archive/data.pkl': bytes,
    ...Object.fromEntries(Object.entries(storages).map(([key, data]) => [`archive/data/${key}`, data])),
  })
  return readPytorchHeader(bytesSource('model.bin', archive))
}

async function refused(pickle: Uint8Array | string, message: RegExp, storages = {}) {
  const reading = read(pickle, storages)
  await expect(reading).rejects.toThrow(CheckpointError)
  await expect(reading).rejects.toThrow(message)
}

/** A pickle with one tensor called `w`, of 4 float32 in storage `0` unless told otherwise. */
function tensorPickle({ length = 4, offset = 0, shape = '(K\x04t', strides = '(K\x01t', key = '0' } = {}) {
  const storage = `(X\x07\0\0\0storagectorch\nFloatStorage\nX${String.fromCharCode(key.length)}\0\0\0${key}X\x03\0\0\0cpuI${length}\ntQ`
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${storage}I${offset}\n${shape}${strides}\x89ccollections\nOrderedDict\n)RtR`
  return `\x80\x02}X\x01\0\0\0w${tensor}s.`
}
const storage = { 0: new Uint8Array(16) }

describe('pickles that are programs', () => {
  test.each([
    [
      'hostile-system',
      /model\.bin: the pickle names (posix|nt)\.system, expected .* nothing of it was executed/,
    ],
    ['hostile-eval', /names __builtin__\.eval/],
    ['hostile-getattr', /names __builtin__\.getattr/],
    ['hostile-new-object', /names torch\.nn\.modules\.linear\.Linear/],
    ['hostile-recursion', /has a dictionary under "itself", expected tensors/],
    ['hostile-deep', /has a tuple under "weight"/],
    ['hostile-cut-off', /the pickle ends at byte \d+, in the middle of a value/],
  ])('%s is refused', async (name, message) => {
    await refused(await readFile(new URL(`./fixtures/${name}.pkl`, import.meta.url)), message)
  })

  test.each([
    ['os.system', '\x80\x02cos\nsystem\nX\x04\0\0\0harm\x85R.', /names os\.system/],
    ['builtins.eval', '\x80\x02cbuiltins\neval\n.', /names builtins\.eval/],
    ['a known module with another name', '\x80\x02ctorch\nload\n.', /names torch\.load/],
    ['a name of objects', '\x80\x02cconstructor\n__proto__\n.', /names constructor\.__proto__/],
    ['a name with a line', '\x80\x02cos\nsys"\ttem\n.', /names os\.sys\\"\\ttem/],
    ['a name without an end', '\x80\x02cos\nsystem', /in the middle of a value/],
    ['a very long name', `\x80\x02c${'x'.repeat(600)}\nsystem\n.`, /a line has 600 bytes/],
    ['an instance', '\x80\x02(ios\nsystem\n.', /the instruction 0x69 at byte 3/],
    ['a name from the stack', '\x80\x02X\x02\0\0\0osX\x06\0\0\0system\x93.', /the instruction 0x93/],
    ['an extension', '\x80\x02\x82\x01.', /the instruction 0x82/],
    ['a new object', '\x80\x02ccollections\nOrderedDict\n)\x81.', /the instruction 0x81/],
    ['a call of a storage class', '\x80\x02ctorch\nFloatStorage\n)R.', /calls the name torch\.FloatStorage/],
    ['a call of a text', '\x80\x02X\x01\0\0\0x)R.', /the pickle calls "x" with a tuple/],
    ['a call without a tuple', '\x80\x02ccollections\nOrderedDict\nNR.', /with None/],
    [
      'a dictionary made from pairs',
      '\x80\x02ccollections\nOrderedDict\n]](K\x01K\x02ea\x85R.',
      /not made empty/,
    ],
    ['attributes of a list', '\x80\x02]}b.', /sets attributes of a list/],
    ['a parameter of a number', '\x80\x02ctorch._utils\n_rebuild_parameter\nK\x01\x85R.', /made of 1/],
    ['a tensor of nothing', '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.', /not a storage, an offset/],
    ['a storage of nothing', '\x80\x02)Q.', /a storage is described by a tuple/],
  ])('%s is refused', async (_, pickle, message) => refused(pickle, message))
})

describe('pickles that do not fit together', () => {
  test.each([
    ['an empty stack', '\x80\x02.', /takes a value that is not there/],
    ['a value behind the mark', '\x80\x02}(0.', /takes a value that is not there/],
    ['no mark', '\x80\x02}u.', /takes a value that is not there/],
    ['a name without a value', '\x80\x02}(K\x01u.', /sets a name without a value/],
    ['items of a list', '\x80\x02]K\x01K\x02s.', /sets items of a list/],
    ['appending to a dictionary', '\x80\x02}K\x01a.', /appends to a dictionary/],
    ['a memory of nothing', '\x80\x02h\x05.', /recalls value 5, which it never kept/],
    ['text that is no UTF-8', '\x80\x02X\x01\0\0\0\xff.', /not valid UTF-8/],
    ['a longer text than there is', '\x80\x02X\xff\xff\xff\xffabc.', /in the middle of a value/],
    ['a number of many bytes', joined('\x80\x02\x8b\xff\xff\xff\x7f', new Uint8Array(64)), /has \d+ bytes/],
    [
      'a number beyond the exact ones',
      joined('\x80\x02\x8a\x08', new Uint8Array(8).fill(127)),
      /beyond 2\^53/,
    ],
    ['a number of other text', '\x80\x02I0x10\n.', /"0x10" stands where a whole number should/],
    ['no instruction', new Uint8Array(0), /in the middle of a value/],
    ['a number alone', '\x80\x02K\x05.', /it holds 5, expected a dictionary/],
    ['nothing in the dictionary', '\x80\x02}.', /it holds an empty dictionary/],
    ['a number as a name', tensorPickle().replace('X\x01\0\0\0w', 'K\x05'), /has 5 as a name/],
  ])('%s is refused', async (_, pickle, message) => refused(pickle, message, storage))
})

describe('pickles that ask for much', () => {
  test('too many instructions and values end with little memory', async () => {
    const before = process.memoryUsage().heapUsed
    const many = (instruction: number) =>
      joined('\x80\x02', new Uint8Array(8 * 2 ** 20).fill(instruction), '.')
    await refused(many(0x4e), /more than 2097152 instructions/)
    for (const container of [0x5d, 0x7d, 0x29]) {
      await refused(many(container), /more than 262144 tuples, lists and dictionaries/)
    }
    // Doubling by reference: each level holds the one before it twice.
    const doubling = `\x80\x02)${'2\x86'.repeat(10_000)}.`
    await refused(doubling, /it holds a tuple/)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150 * 2 ** 20)
  })

  test('a memory of many far places', async () => {
    const puts = Array.from({ length: 50_000 }, (_, index) => {
      const place = Buffer.alloc(4)
      place.writeUInt32LE(0xffff_ffff - index * 77_777)
      return joined('r', place)
    })
    await refused(joined('\x80\x02}', ...puts, '.'), /it holds an empty dictionary/)
  })

  test('a pickle of more than 32 MiB', async () => {
    await refused(new Uint8Array(33 * 2 ** 20), /the pickle has 34603008 bytes, expected at most/)
  })
})

describe('tensors that do not fit their storage', () => {
  test('one that fits is read', async () => {
    const tensors = await read(tensorPickle(), storage)
    expect(tensors.get('w')).toMatchObject({ type: 'F32', shape: [4], strides: [1] })
  })

  test.each([
    [
      'a storage longer than its file',
      { length: 5 },
      /should have 5 elements of F32, but its file has 16 bytes/,
    ],
    ['a missing storage', { key: '1' }, /there is no "archive\/data\/1" in it/],
    ['a storage outside the archive', { key: '../../x' }, /there is no "archive\/data\/\.\.\/\.\.\/x"/],
    ['an offset beyond it', { offset: 1 }, /reaches to element 5, but its storage has 4/],
    ['a negative offset', { offset: -1 }, /not a storage, an offset/],
    ['a stride beyond it', { shape: '(K\x02t', strides: '(K\x04t' }, /reaches to element 5/],
    ['a negative stride', { strides: '(J\xff\xff\xff\xfft' }, /not a storage, an offset/],
    ['strides of another length', { strides: ')' }, /not a storage, an offset/],
    [
      'an expanded view',
      { shape: '(J\xff\xff\xff\x7ft', strides: '(K\0t' },
      /2147483647 elements .*contiguous/,
    ],
    ['sizes beyond all numbers', { shape: '(JAAAAJAAAAJAAAAt', strides: '(K\0K\0K\0t' }, /elements of shape/],
    [
      '65 dimensions',
      { shape: `(${'K\x01'.repeat(65)}t`, strides: `(${'K\x01'.repeat(65)}t` },
      /65 dimensions/,
    ],
  ])('%s is refused', async (_, parts, message) => refused(tensorPickle(parts), message, storage))
})

test('tensors that share their storage cannot be many times what the file has', async () => {
  const named = (name: string) =>
    tensorPickle({ length: 2 ** 18, shape: `(I${2 ** 18}\nt` })
      .slice('\x80\x02}'.length, -'s.'.length)
      .replace('\x01\0\0\0w', name)
  const tensors = Array.from({ length: 100 }, (_, index) =>
    named(`\x03\0\0\0t${String(index).padStart(2, '0')}`),
  )
  const large = { 0: new Uint8Array(2 ** 20) }
  const pickleOf = (count: number) => `\x80\x02}(${tensors.slice(0, count).join('')}u.`
  expect((await read(pickleOf(60), large)).size).toBe(60)
  await refused(pickleOf(100), /its tensors have 104857600 bytes, but its storages 1048576/, large)
})

describe('files of PyTorch before 1.6', () => {
  const magic = '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.'
  const version = '\x80\x02M\xe9\x03.'
  const machine = '\x80\x02}X\x0d\0\0\0little_endian\x88s.'
  const keys = '\x80\x02]X\x01\0\0\x000a.'
  const data = '\x04\0\0\0\0\0\0\0'.padEnd(24, '\0')
  const open = (...parts: string[]) => readPytorchHeader(bytesSource('model.bin', joined(...parts)))

  test('one that fits is read', async () => {
    const tensors = await open(magic, version, machine, tensorPickle(), keys, data)
    expect(tensors.get('w')).toMatchObject({ type: 'F32', shape: [4] })
  })

  test.each([
    ['another version', [magic, '\x80\x02K\x07.'], /its format has the version 7, expected 1001/],
    ['another byte order', [magic, version, machine.replace('\x88', '\x89')], /little-endian/],
    ['a name', [magic, version, '\x80\x02cos\nsystem\n.'], /names os\.system/],
    ['no storages', [magic, version, machine, tensorPickle(), '\x80\x02].'], /no list of storages/],
    [
      'a storage twice',
      [magic, version, machine, tensorPickle(), keys.replace('a.', 'ah\0.')],
      /recalls value 0/,
    ],
    [
      'an unknown storage',
      [magic, version, machine, tensorPickle(), keys.replace('0a.', '1a.'), data],
      /nothing tells the type of its storage "1"/,
    ],
    [
      'another storage',
      [magic, version, machine, tensorPickle({ length: 5 }), keys, data],
      /should have 5 elements of F32, but its file has 16 bytes/,
    ],
    ['no elements', [magic, version, machine, tensorPickle(), keys], /ends before its storage "0"/],
    [
      'too few elements',
      [magic, version, machine, tensorPickle(), keys, data.slice(0, -1)],
      /its storage "0" should have .* elements of F32, but the file has \d+ bytes/,
    ],
    [
      'a part of a storage',
      [magic, version, machine, tensorPickle().replace('I4\ntQ', 'I4\n)tQ')],
      /the storage "0" is a part of another one/,
    ],
  ])('%s is refused', async (_, parts, message) => {
    await expect(open(...parts)).rejects.toThrow(CheckpointError)
    await expect(open(...parts)).rejects.toThrow(message)
  })
})

describe('archives', () => {
  const open = (bytes: Uint8Array) => readPytorchHeader(bytesSource('model.bin', bytes))

  test.each([
    ['no pickle', { 'archive/version': ascii('3') }, /with 0 files called data\.pkl/],
    ['two pickles', { 'a/data.pkl': ascii('.'), 'b/data.pkl': ascii('.') }, /with 2 files called data\.pkl/],
    ['a pickle too deep', { 'a/b/data.pkl': ascii('.') }, /with 0 files called data\.pkl/],
  ])('with %s are refused', async (_, files, message) => {
    await expect(open(await packArchive(files))).rejects.toThrow(message)
  })

  test('without an end are refused', async () => {
    const whole = await packArchive({ 'archive/data.pkl': ascii('.') })
    const reading = open(whole.subarray(0, whole.length - 10))
    await expect(reading).rejects.toThrow(CheckpointError)
    await expect(open(new Uint8Array(0))).rejects.toThrow(CheckpointError)
  })

  test('that claim a directory of gigabytes are refused before it is read', async () => {
    const whole = await packArchive({ 'archive/data.pkl': ascii('.') })
    const end = new DataView(whole.buffer, whole.byteOffset + whole.length - 22)
    end.setUint32(12, 0xffff_0000, true)
    end.setUint32(16, 0, true)
    const size = 5 * 2 ** 30
    const offset = size - whole.length
    const reading = readPytorchHeader({
      name: 'model.bin',
      size,
      read: async (from, to) => {
        const bytes = new Uint8Array(to - from)
        bytes.set(whole.subarray(0, 4).subarray(0, to - from))
        const start = Math.max(from, offset)
        if (start < to) bytes.set(whole.subarray(start - offset, to - offset), start - from)
        return bytes
      },
    })
    await expect(reading).rejects.toThrow(CheckpointError)
  })
})
