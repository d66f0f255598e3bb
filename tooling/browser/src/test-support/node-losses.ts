import { filesSource, type InnerModel, loadInnerModel, loadTokenizer } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { exact, tint, trainingStep } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import type { ShownLosses, StepInput } from './open-page'

const adapters = [gpt2, opt]

/** What the page should show for a checkpoint: the same steps, by WASM in Node. */
export async function lossesInNode(
  folder: string,
  { kind, text, trainFraction, learningRate }: StepInput,
): Promise<ShownLosses[]> {
  await useEngine('wasm')
  const source = folderSource(folder)
  const tokens: ArrayLike<number> =
    kind === 'text' ? (await loadTokenizer(source)).encode(text) : JSON.parse(text)
  const trainLength = Math.floor(trainFraction * tokens.length)
  const model = await loadInnerModel(source, { adapters })
  try {
    const options = { trainLength, learningRate }
    return [
      { gradient: 'TinT', ...(await losses(model, tokens, { ...options, gradient: tint() })) },
      { gradient: 'exact', ...(await losses(model, tokens, { ...options, gradient: exact() })) },
    ]
  } finally {
    model.dispose()
  }
}

async function losses(model: InnerModel, ...parameters: TailOf<Parameters<typeof trainingStep>>) {
  const step = await trainingStep(model, ...parameters)
  step.dispose()
  const { lossBefore, lossAfter } = step
  return { lossBefore, lossAfter }
}

type TailOf<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Tail] ? Tail : never

/** What the library says of a checkpoint that it refuses. */
export async function messageInNode(name: string, files: Readonly<Record<string, Buffer>>): Promise<string> {
  await useEngine('wasm')
  const source = filesSource(
    name,
    Object.entries(files).map(([path, content]) => new File([new Uint8Array(content)], path)),
  )
  const outcome = await loadInnerModel(source, { adapters }).catch((error: unknown) => error)
  if (outcome instanceof Error) return outcome.message
  throw new Error(`The checkpoint ${name} was not refused.`)
}
