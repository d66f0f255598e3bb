/**
 * Fields of Hugging Face configurations that every family may have and that change nothing in a forward pass: where
 * the checkpoint came from, how it was trained, how text is generated with it.
 */
export const commonIgnoredFields: readonly string[] = [
  '_name_or_path',
  '_attn_implementation_autoset',
  'architectures',
  'attn_implementation',
  'bos_token_id',
  'dtype',
  'eos_token_id',
  'gradient_checkpointing',
  'id2label',
  'initializer_range',
  // False is refused before.
  'is_causal',
  'label2id',
  'model_type',
  'pad_token_id',
  'prefix',
  'problem_type',
  'return_dict',
  'sep_token_id',
  'task_specific_params',
  'tokenizer_class',
  'torch_dtype',
  'torchscript',
  'transformers_version',
  'use_cache',

  // What transformers returns, and how it goes about it.
  'chunk_size_feed_forward',
  'output_attentions',
  'output_hidden_states',
  'output_past',

  // Old versions: what a checkpoint was trained for.
  '_num_labels',
  'finetuning_task',
  'num_labels',

  // Old versions: how text is generated, which has had a file of its own since.
  'decoder_start_token_id',
  'diversity_penalty',
  'do_sample',
  'early_stopping',
  'forced_bos_token_id',
  'forced_eos_token_id',
  'is_decoder',
  'length_penalty',
  'max_length',
  'max_new_tokens',
  'min_length',
  'no_repeat_ngram_size',
  'encoder_no_repeat_ngram_size',
  'num_beam_groups',
  'num_beams',
  'num_return_sequences',
  'repetition_penalty',
  'suppress_tokens',
  'temperature',
  'top_k',
  'top_p',
  'typical_p',
  'unk_token_id',
]
