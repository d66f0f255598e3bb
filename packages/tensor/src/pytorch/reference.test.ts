import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../errors'
import { bytesSource } from '../safetensors/byte-source'
import { readSafetensorsHeader } from '../safetensors/header'
import { readTensorData } from '../safetensors/tensor-data'
import { readPytorchHeader } from './header'
import { readPytorchTensor } from './tensor-data'

/** A file that PyTorch wrote; see fixtures/make_fixtures.py. */
async function fixture(name: string) {
  return bytesSource(name, await readFile(new URL(`./fixtures/${name}`, import.meta.url)))
}

describe('files of torch.save', () => {
  test.each(['tensors.bin', 'legacy-tensors.bin'])(
    'give the numbers that PyTorch gives, whatever their type, view and name: %s',
    async (fileName) => {
      const file = await fixture(fileName)
      const tensors = await readPytorchHeader(file)
      const expected = await fixture('tensors.safetensors')
      const { tensors: entries } = await readSafetensorsHeader(expected)
      expect(entries.size).toBe(18)
      for (const [name, entry] of entries) {
        const read = tensors.get(name)!
        expect(read.shape).toEqual(entry.shape)
        const values = await readPytorchTensor(file, read)
        // toEqual on typed arrays tells -0 from 0 and knows NaN.
        expect(values, name).toEqual(await readTensorData(expected, entry))
      }
    },
  )

  test('are described without reading numbers', async () => {
    const bytes = await readFile(new URL('./fixtures/tensors.bin', import.meta.url))
    const reads: [number, number][] = []
    const tensors = await readPytorchHeader({
      name: 'tensors.bin',
      size: bytes.length,
      read: async (start, end) => {
        reads.push([start, end])
        return bytes.subarray(start, end)
      },
    })
    const described = Object.fromEntries([...tensors].map(([name, { type, shape }]) => [name, [type, shape]]))
    expect(described).toMatchObject({
      plain: ['F32', [4, 6]],
      half: ['F16', [5]],
      bfloat: ['BF16', [5]],
      double: ['F64', [3]],
      long: ['I64', [2]],
      int: ['I32', [1]],
      short: ['I16', [1]],
      char: ['I8', [1]],
      byte: ['U8', [2, 2]],
      bool: ['BOOL', [3]],
      complex: ['C64', [1]],
      scalar: ['F32', []],
      empty: ['F32', [3, 0, 2]],
    })
    expect([...tensors.keys()].slice(0, 2)).toEqual(['plain', 'shared.row'])
    const plain = tensors.get('plain')!
    // Views of one storage share its bytes.
    expect(tensors.get('shared.row')).toMatchObject({
      start: plain.start + 12 * 4,
      end: plain.start + 18 * 4,
    })
    expect(tensors.get('transposed')).toMatchObject({ strides: [1, 6], start: plain.start, end: plain.end })
    for (const [start, end] of reads) expect(start >= plain.start && end <= plain.end).toBe(false)
  })

  test.each(['module.bin', 'legacy.bin'])(
    'of a module hold its tensors under their names: %s',
    async (name) => {
      const tensors = await readPytorchHeader(await fixture(name))
      expect([...tensors.keys()]).toEqual(['0.weight', '0.bias', '1.weight', '1.bias'])
    },
  )

  test('integers are described, but not read as numbers', async () => {
    const file = await fixture('tensors.bin')
    const reading = readPytorchTensor(file, (await readPytorchHeader(file)).get('byte')!)
    await expect(reading).rejects.toThrow('tensor "byte" has type U8, but numbers can be read from')
  })

  test.each([
    ['legacy-list.bin', /legacy-list\.bin: it holds a list, expected a dictionary of tensors/],
    ['legacy-system.bin', /names (posix|nt)\.system, expected .* nothing of it was executed/],
    ['nested.bin', /nested\.bin has a dictionary under "model", expected tensors .* take the inner/],
    ['list.bin', /list\.bin: it holds a list, expected a dictionary of tensors/],
    ['mixed.bin', /mixed\.bin has 7 under "steps", expected tensors under their names; remove it/],
    ['protocol-4.bin', /the pickle has protocol 4, expected 2/],
    ['conjugated.bin', /a tensor is stored conjugated or negated/],
    ['big-endian.bin', /has the byte order "big", expected "little"/],
    ['compressed.bin', /is compressed in the zip archive, expected it stored/],
    ['tensors.safetensors', /is not a checkpoint of torch\.save/],
  ])('%s is refused by a sentence', async (name, message) => {
    const reading = readPytorchHeader(await fixture(name))
    await expect(reading).rejects.toThrow(CheckpointError)
    await expect(readPytorchHeader(await fixture(name))).rejects.toThrow(message)
  })

  test.each(['module.bin', 'legacy.bin'])(
    'cut off anywhere or with any byte changed give tensors or a CheckpointError: %s',
    async (name) => {
      const whole = await readFile(new URL(`./fixtures/${name}`, import.meta.url))
      const outcome = async (bytes: Uint8Array) => {
        const source = bytesSource('damaged', bytes)
        try {
          const tensors = await readPytorchHeader(source)
          for (const tensor of tensors.values()) await readPytorchTensor(source, tensor)
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError)
        }
      }
      for (let length = 0; length < whole.length; length += 7) await outcome(whole.subarray(0, length))
      for (let position = 0; position < whole.length; position++) {
        const bytes = new Uint8Array(whole)
        bytes[position] = (bytes[position]! + 1 + (position % 250)) % 256
        await outcome(bytes)
      }
    },
  )
})
