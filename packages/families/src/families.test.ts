import { allParameters, packageOfFamily } from '@tintjs/inner'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { adapters, modelShapes } from './index'

describe('the adapters', () => {
  it('are one for each family', () => {
    const families = adapters.map(({ family }) => family)
    expect(new Set(families).size).toBe(families.length)
  })

  it('are those of all packages that this one depends on, and of no other', () => {
    const packages = adapters.map(({ family }) => packageOfFamily(family))
    const dependencies = Object.keys(manifest.dependencies).filter((name) =>
      name.startsWith('@tintjs/inner-'),
    )
    expect([...new Set(packages)].sort()).toEqual(dependencies.sort())
  })
})

describe('the shapes', () => {
  it.each(modelShapes.map((shape) => [shape.name, shape] as const))('describe %s', (_, shape) => {
    expect(allParameters(shape.adapter.describe(shape.config)).length).toBeGreaterThan(0)
  })

  it('are of every package', () => {
    const packages = new Set(modelShapes.map(({ adapter }) => packageOfFamily(adapter.family)))
    expect(packages).toEqual(new Set(adapters.map(({ family }) => packageOfFamily(family))))
  })
})
