import { join } from 'node:path'
import { type Adapter, allParameters } from '@tintjs/inner'
import { ConfigError } from '@tintjs/tensor'
import { expect, it } from 'vitest'
import { type AdapterFixture, readJsonFile, readTensors } from '../fixture'

/** Shapes of tensors, by name. */
type Shapes = ReadonlyMap<string, readonly number[]>

/** The tree names the fixture's tensors. All that does not fit is told at once, where loading stops at the first. */
export function registerTensors(adapter: Adapter, { name, folder }: AdapterFixture): void {
  it(`reads every tensor of ${name}, and no other`, async (context) => {
    const tensors = await readTensors(join(folder, 'model.safetensors'))
    const stored: Shapes = new Map([...tensors].map(([tensor, { shape }]) => [tensor, shape]))
    const read = shapesOf(adapter, readJsonFile(join(folder, 'config.json')), stored)
    if (read === undefined) return context.skip('The configuration is refused.')
    const differences = differencesOf(read, stored)
    expect(differences, differences.join('; ')).toEqual([])
  })
}

/** What the tree reads; undefined where the configuration is refused, which is a failure of its own. */
function shapesOf(adapter: Adapter, config: unknown, stored: Shapes): Shapes | undefined {
  try {
    const references = allParameters(adapter.describe(config, stored))
    return new Map(references.map(({ name, shape }) => [name, shape]))
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

function differencesOf(read: Shapes, stored: Shapes): string[] {
  const missing = [...read].filter(([name]) => !stored.has(name))
  const unread = [...stored].filter(([name]) => !read.has(name))
  const otherwise = [...read].flatMap(([name, shape]) => {
    const found = stored.get(name)
    if (found === undefined || inWords(found) === inWords(shape)) return []
    return [`${name} has shape ${inWords(found)}, and a layer expects ${inWords(shape)}`]
  })
  return [
    ...(missing.length > 0 ? [`the checkpoint has no ${listed(missing)}`] : []),
    ...(unread.length > 0 ? [`no layer reads ${listed(unread)}`] : []),
    ...otherwise,
  ]
}

const inWords = (shape: readonly number[]) => `[${shape.join(', ')}]`

const listed = (tensors: readonly (readonly [string, readonly number[]])[]) =>
  tensors.map(([name, shape]) => `${name} ${inWords(shape)}`).join(', ')
