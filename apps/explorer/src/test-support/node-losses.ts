import { filesSource, type InnerModel, loadInnerModel, loadTokenizer } from '@tintjs/inner'
import { folderSource } from '@tintjs/inner/node'
import { gpt2 } from '@tintjs/inner-gpt2'
import { opt } from '@tintjs/inner-opt'
import { type TrainingStepOptions, trainingStep } from '@tintjs/simulate'
import { useEngine } from '@tintjs/tensor/node'
import type { ShownLosses } from './explorer'

const adapters = [gpt2, opt]

/** A step to be compared with the page's. */
export interface NodeStep extends Omit<TrainingStepOptions, 'trainLength'> {
  /** As the address has it. */
  readonly share: number
}

/** What the page should show: the same steps on a checkpoint of a folder, by WASM in Node. */
export async function lossesInNode(
  folder: string,
  text: string | readonly number[],
  steps: readonly NodeStep[],
): Promise<ShownLosses[]> {
  await useEngine('wasm')
  const source = folderSource(folder)
  const tokens: ArrayLike<number> =
    typeof text === 'string' ? (await loadTokenizer(source)).encode(text) : text
  const model = await loadInnerModel(source, { adapters })
  try {
    const losses: ShownLosses[] = []
    for (const step of steps) losses.push(await lossesOf(model, tokens, step))
    return losses
  } finally {
    model.dispose()
  }
}

async function lossesOf(
  model: InnerModel,
  tokens: ArrayLike<number>,
  { share, ...options }: NodeStep,
): Promise<ShownLosses> {
  const trainLength = Math.round(share * tokens.length)
  const step = await trainingStep(model, tokens, { ...options, trainLength })
  step.dispose()
  return { lossBefore: step.lossBefore, lossAfter: step.lossAfter }
}

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
