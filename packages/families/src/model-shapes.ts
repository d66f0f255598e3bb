import { type Adapter, adapterFor } from '@tintjs/inner'
import { bloomShapes } from '@tintjs/inner-bloom'
import { pythiaShapes } from '@tintjs/inner-gpt-neox'
import { gpt2Shapes } from '@tintjs/inner-gpt2'
import { gptjShapes } from '@tintjs/inner-gptj'
import { llamaFamilyShapes } from '@tintjs/inner-llama'
import { optShapes } from '@tintjs/inner-opt'
import { phiShapes } from '@tintjs/inner-phi'
import { stablelmShapes } from '@tintjs/inner-stablelm'
import { adapters } from './adapters'

/** A size of a family, without a checkpoint. */
export interface ModelShape {
  /** As the model is called on the hub, without its owner. */
  readonly name: string
  readonly adapter: Adapter
  /** As `config.json` has it. */
  readonly config: unknown
}

/** The released sizes of all families, for planning and benchmarks. */
export const modelShapes: readonly ModelShape[] = Object.entries({
  ...gpt2Shapes,
  ...optShapes,
  ...llamaFamilyShapes,
  ...pythiaShapes,
  ...gptjShapes,
  ...bloomShapes,
  ...stablelmShapes,
  ...phiShapes,
}).map(([name, config]) => ({ name, adapter: adapterFor(config, adapters), config }))
