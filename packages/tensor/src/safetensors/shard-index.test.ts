import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../errors'
import { parseShardIndex } from './shard-index'

const name = 'model.safetensors.index.json'
const indexOf = (weight_map: unknown) => JSON.stringify({ metadata: { total_size: 8 }, weight_map })

describe('parseShardIndex', () => {
  test('maps tensors to files', () => {
    const text =
      '{"metadata":{"total_size":8},"weight_map":{"b":"model-00002-of-00002.safetensors",' +
      '"a":"model-00001-of-00002.safetensors","__proto__":"model-00001-of-00002.safetensors"}}'
    const index = parseShardIndex(text, name)
    expect(index.weightMap.get('__proto__')).toBe('model-00001-of-00002.safetensors')
    expect(index.weightMap.size).toBe(3)
    expect(index.files).toEqual(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'])
  })

  test("takes another ending for PyTorch's shards, with the same checks", () => {
    const read = (file: string) => parseShardIndex(indexOf({ x: file }), name, '.bin')
    expect(read('pytorch_model-00001-of-00002.bin').files).toEqual(['pytorch_model-00001-of-00002.bin'])
    expect(() => read('model.safetensors')).toThrow(/expected the name of a file that ends in \.bin/)
    expect(() => read('../x.bin')).toThrow(/plain name of a file/)
  })

  test.each([
    '../model.safetensors',
    '..\\model.safetensors',
    'sub/model.safetensors',
    '/model.safetensors',
    '\\\\server\\model.safetensors',
    'C:model.safetensors',
    'https://example.org/model.safetensors',
    'file:model.safetensors',
    'model..safetensors',
    'model\0.safetensors',
    'model\n.safetensors',
    '%2e%2e%2fmodel.safetensors',
    'model?.safetensors',
    'model#.safetensors',
  ])('refuses the file name %j', (file) => {
    const parse = () => parseShardIndex(indexOf({ 'h.0.weight': file }), name)
    expect(parse).toThrow(CheckpointError)
    expect(parse).toThrow(/^model.*json: weight_map: tensor "h\.0\.weight": found .* plain name of a file/)
  })

  test.each([
    ['an empty name', indexOf({ x: '' }), /found "", expected the name of a file that ends in \.safetensors/],
    ['only the ending', indexOf({ x: '.safetensors' }), /found "\.safetensors", expected/],
    ['another ending', indexOf({ x: 'model.bin' }), /found "model\.bin", expected .* ends in \.safetensors/],
    ['a number', indexOf({ x: 1 }), /tensor "x": found 1, expected the name of a file/],
    ['no tensors', indexOf({}), /weight_map: expected at least one tensor/],
    ['a list', indexOf(['model.safetensors']), /weight_map: expected an object/],
    ['no weight_map', '{}', /weight_map: expected an object/],
    ['no object', '[]', /expected an object with weight_map/],
    ['no JSON', 'weight_map', /it is not valid JSON/],
    ['a name twice', '{"weight_map":{"x":"a.safetensors","x":"b.safetensors"}}', /the name "x" twice/],
    ['weight_map twice', '{"weight_map":{},"weight_map":{}}', /the name "weight_map" twice/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseShardIndex(text, name)).toThrow(CheckpointError)
    expect(() => parseShardIndex(text, name)).toThrow(message)
  })
})
