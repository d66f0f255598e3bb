import type { Adapter } from '@tintjs/inner'
import { bloom } from '@tintjs/inner-bloom'
import { gptNeoX } from '@tintjs/inner-gpt-neox'
import { gpt2 } from '@tintjs/inner-gpt2'
import { gptj } from '@tintjs/inner-gptj'
import { llamaFamily } from '@tintjs/inner-llama'
import { opt } from '@tintjs/inner-opt'
import { phi } from '@tintjs/inner-phi'
import { stablelm } from '@tintjs/inner-stablelm'

/** The adapters of all families, for `loadInnerModel(source, { adapters })`; own ones can be added beside them. */
export const adapters: readonly Adapter[] = [gpt2, opt, ...llamaFamily, gptNeoX, gptj, bloom, stablelm, phi]
