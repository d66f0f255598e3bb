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
]
