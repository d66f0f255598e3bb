import { describe, expect, it } from 'vitest'
import { gpt2 } from './index'

/** What all of the hub's released GPT-2 configurations hold. */
const common = {
  activation_function: 'gelu_new',
  architectures: ['GPT2LMHeadModel'],
  attn_pdrop: 0.1,
  bos_token_id: 50256,
  embd_pdrop: 0.1,
  eos_token_id: 50256,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  model_type: 'gpt2',
  n_ctx: 1024,
  n_positions: 1024,
  resid_pdrop: 0.1,
  summary_activation: null,
  summary_first_dropout: 0.1,
  summary_proj_to_labels: true,
  summary_type: 'cls_index',
  summary_use_proj: true,
  task_specific_params: { 'text-generation': { do_sample: true, max_length: 50 } },
  vocab_size: 50257,
}

/** What early versions of transformers wrote into every configuration. */
const early = {
  do_sample: false,
  finetuning_task: null,
  is_decoder: false,
  length_penalty: 1,
  max_length: 20,
  num_beams: 1,
  num_labels: 2,
  num_return_sequences: 1,
  output_attentions: false,
  output_hidden_states: false,
  output_past: true,
  pruned_heads: {},
  repetition_penalty: 1,
  temperature: 1,
  top_k: 50,
  top_p: 1,
  torchscript: false,
  use_bfloat16: false,
}

describe("the hub's configurations", () => {
  it.each([
    ['gpt2', { n_embd: 768, n_head: 12, n_layer: 12 }, 12],
    ['distilgpt2', { _num_labels: 1, id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 }, n_layer: 6 }, 6],
    [
      'gpt2-medium',
      { n_embd: 1024, n_head: 16, n_layer: 24, n_special: 0, predict_special_tokens: true },
      24,
    ],
    ['gpt2-xl', { n_embd: 1600, n_head: 25, n_layer: 48, output_past: true }, 48],
    ['an early one', early, 12],
  ])('%s is understood', (_, fields, blocks) => {
    expect(gpt2.describe({ ...common, ...fields }).blocks).toHaveLength(blocks)
  })

  it('with pruned heads are refused', () => {
    const pruned = { ...common, ...early, pruned_heads: { 0: [1] } }
    expect(() => gpt2.describe(pruned)).toThrow('the field pruned_heads')
  })
})
