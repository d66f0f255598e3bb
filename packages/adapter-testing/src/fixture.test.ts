import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gpt2 } from '@tintjs/inner-gpt2'
import { CheckpointError, InputError } from '@tintjs/tensor'
import { goldenCaseNamed } from '@tooling/golden-cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeAdapter } from './describe-adapter'
import { fixtureFolders, readFixture } from './fixture'

let parent: string
let folder: string

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'tint-fixture-'))
  folder = join(parent, 'broken')
  cpSync(goldenCaseNamed('gpt2-one-step').folder, folder, { recursive: true })
})
afterAll(() => rmSync(parent, { recursive: true }))

describe('a fixture', () => {
  it('is found beside a test, and none where there is no folder', () => {
    expect(fixtureFolders(parent)).toEqual([folder])
    expect(fixtureFolders(join(parent, 'none'))).toEqual([])
    expect(readFixture(folder)).toMatchObject({ name: 'broken', folder, trainLength: 32 })
  })

  it('that is broken is refused with the file and the field', () => {
    writeFileSync(join(folder, 'case.json'), '{ "kind": "gpt2", "inputIds": [[0.5]] }')
    expect(() => readFixture(folder)).toThrow(CheckpointError)
    expect(() => readFixture(folder)).toThrow(/case.json of the fixture .* has a wrong inputIds.0.0/)
    writeFileSync(join(folder, 'case.json'), '{')
    expect(() => readFixture(folder)).toThrow(/case.json is not valid JSON/)
    rmSync(join(folder, 'expected.safetensors'))
    expect(() => readFixture(folder)).toThrow(/has no expected.safetensors; expected config.json/)
  })

  it('is what describeAdapter wants, and nothing that it does not know', () => {
    const misspelt = { fixtures: [], refusal: [] }
    expect(() => describeAdapter(gpt2, misspelt)).toThrow(
      new InputError(
        'describeAdapter got the option "refusal"; expected fixtures and, if need be, configs and refusals.',
      ),
    )
    expect(() => describeAdapter(gpt2, {} as never)).toThrow('no list of fixtures')
  })
})
