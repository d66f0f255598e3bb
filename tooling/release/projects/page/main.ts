import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { filesSource, loadInnerModel } from '@tintjs/inner'
import { gpt2 } from '@tintjs/inner-gpt2'
import { startEngine, wasmProvider } from '@tintjs/tensor'
import { losses } from './losses'

async function run(): Promise<string> {
  await startEngine([wasmProvider({ 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd })])
  // Files of the server here; those of an <input type="file"> are read in the same way.
  const files = await Promise.all(
    ['config.json', 'model.safetensors'].map(async (name) => {
      const answer = await fetch(`/gpt2-nano-bytes/${name}`)
      return new File([await answer.blob()], name)
    }),
  )
  const model = await loadInnerModel(filesSource('gpt2-nano-bytes', files), { adapters: [gpt2] })
  return JSON.stringify(await losses(model))
}

const output = document.querySelector('output')
run()
  .catch((error: unknown) => `failed: ${error}`)
  .then((text) => {
    if (output !== null) output.textContent = text
  })
