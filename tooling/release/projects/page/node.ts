import { loadInnerModel } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { useEngine } from '@tintjs/tensor/node'
import { losses } from './losses'

await useEngine('wasm')
const model = await loadInnerModel(folderSource('public/gpt2-nano-bytes'), { adapters: [gpt2] })
console.log(JSON.stringify(await losses(model)))
