import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constructTint, planTint } from '@tintjs/construct'
import { saveTint } from '@tintjs/construct/node'
import { initialiseInnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { joined } from './bytes'
import { tinyGpt2 } from './checkpoint'

/** Files by name. */
export type Files = Readonly<Record<string, Uint8Array>>

/** A JSON value that cases change as they like. */
// biome-ignore lint/suspicious/noExplicitAny: what is changed is valid in no type
type AnyJson = any

let saved: Promise<Files> | undefined

/** The files of a simulator of the tiny GPT-2, made once. Needs an engine. */
export function simulatorFiles(): Promise<Files> {
  saved ??= saveSimulator()
  return saved
}

async function saveSimulator(): Promise<Files> {
  const folder = mkdtempSync(join(tmpdir(), 'tint-hostile-simulator-'))
  const model = initialiseInnerModel(gpt2, tinyGpt2, 1)
  const simulator = constructTint(model, planTint(model.description, { prefixTokens: 2 }))
  try {
    await saveTint(simulator, join(folder, 'saved'))
    const names = readdirSync(join(folder, 'saved'))
    return Object.fromEntries(
      names.map((name) => [name, new Uint8Array(readFileSync(join(folder, 'saved', name)))]),
    )
  } finally {
    simulator.dispose()
    model.dispose()
    rmSync(folder, { recursive: true })
  }
}

/** The files with a manifest that is changed. */
export function withManifest(files: Files, change: (manifest: AnyJson) => void): Files {
  const manifest = JSON.parse(new TextDecoder().decode(files['tint.json']))
  change(manifest)
  return { ...files, 'tint.json': new TextEncoder().encode(JSON.stringify(manifest)) }
}

/** The files with another one in a place, of which the manifest tells the right size and hash. */
export function withFile(files: Files, name: string, content: Uint8Array | string): Files {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : joined(content)
  const changed = withManifest(files, (manifest) => {
    manifest.files[name] = {
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }
  })
  return { ...changed, [name]: bytes }
}
