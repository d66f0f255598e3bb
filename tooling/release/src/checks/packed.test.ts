/** The checks that hand a tarball to a well-known tool. That good packages pass, every `pnpm release:check` shows. */
import { expect, it } from 'vitest'
import { compilerOptions, linkedConsumer, typeProblems, writeImports } from '../consumer.mjs'
import {
  goodFiles,
  goodManifest,
  packedOf,
  problemsOf,
  temporaryFolder,
  workspaceOf,
} from '../test-support/fixture'
import { check as attw } from './attw.mjs'
import { check as publint } from './publint.mjs'

it('publint finds an entry that the tarball lacks', async () => {
  const { 'dist/index.js': _, ...files } = goodFiles
  const [found] = await problemsOf(publint, goodManifest(), files)
  expect(found).toMatch(/error: .*dist\/index\.js.*does not exist/)
})

it('attw finds an entry whose types are not there', async () => {
  const { 'dist/index.d.ts': _, ...files } = goodFiles
  const wrong = { ...files, 'dist/other.d.ts': 'export {}\n' }
  expect((await problemsOf(attw, goodManifest(), wrong)).join('\n')).toMatch(/@tintjs\/good/)
})

it('the compiler finds declarations that need what their package does not declare, and no others', async () => {
  const declaration = "export type { A } from 'not-declared'\nexport declare const b: A\n"
  const wrong = await packedOf(goodManifest({ name: '@tintjs/wrong' }), {
    ...goodFiles,
    'dist/index.d.ts': declaration,
  })
  const all = [await packedOf(goodManifest()), wrong]
  const folder = temporaryFolder()
  await linkedConsumer(await workspaceOf(goodManifest()), all, folder)
  // Without the declarations of Node and of browsers, which take seconds to read.
  const options = { ...compilerOptions.node16, types: [], lib: ['lib.es2022.d.ts'] }
  const { file, program, entries, names } = await writeImports(all, folder, options)
  expect({ entries, names }).toEqual({ entries: 2, names: 3 })
  const { ours } = typeProblems(file, all, folder, options, program)
  expect(new Set(ours.map((problem) => problem.package))).toEqual(new Set(['@tintjs/wrong']))
  const text = ours.map((problem) => problem.text).join('\n')
  expect(text).toContain("Cannot find module 'not-declared'")
  expect(text).toContain("Cannot find name 'A'")
})
