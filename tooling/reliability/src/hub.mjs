import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { shippedModel } from './workload.mjs'

/** A hub on this machine that has the shipped model as `owner/tiny`. @param {import('./places.mjs').Places} places */
export async function startHub(places) {
  // Types are stripped here: Node 20 does not.
  const source = readFileSync(createRequire(import.meta.url).resolve('@tooling/test-hub'), 'utf8')
  const path = places.fresh('hub.mjs')
  writeFileSync(
    path,
    ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    }).outputText,
  )
  const { startTestHub } = await import(pathToFileURL(path).href)
  const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']
  const files = names.flatMap((name) => {
    try {
      return [[name, readFileSync(join(shippedModel, name))]]
    } catch {
      return []
    }
  })
  return startTestHub(Object.fromEntries(files))
}
