/** A `tokenizer.json` of a few letters, byte-level like GPT-2's, with some of its parts replaced. */
export function tokenizerJson(parts: Readonly<Record<string, unknown>> = {}, model: object = {}): string {
  return JSON.stringify({
    version: '1.0',
    added_tokens: [{ id: 5, content: '<|endoftext|>', special: true }],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    ...parts,
    model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, Ġ: 3, aa: 4 }, merges: ['a b', 'a a'], ...model },
  })
}
