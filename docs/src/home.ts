/** What stands on top of the first page. As front matter of `index.md` it would be in the way of those who read it on GitHub. */
export const home = {
  layout: 'home',
  hero: {
    name: 'TinT',
    text: 'A language model that learns while it reads',
    tagline:
      'One forward pass of a transformer runs a smaller one, back-propagates through it, updates its weights and runs it again. In TypeScript, for Node and the browser.',
    actions: [
      { theme: 'brand', text: 'A first quarter of an hour', link: '/first-quarter-hour' },
      { theme: 'alt', text: 'What TinT is', link: '/what-tint-is' },
      { theme: 'alt', text: 'Reference', link: '/reference/' },
    ],
  },
  features: [
    {
      title: 'The construction, as a transformer',
      details:
        'Built module by module out of attention, linears, MLPs and norms; counted, saved, and executed operator by operator.',
      link: '/construction',
    },
    {
      title: 'The same function, fast',
      details:
        "The fused execution computes it directly on the inner model's weights: natively, on WASM or in a browser.",
      link: '/performance',
    },
    {
      title: 'Measured against exact fine-tuning',
      details:
        'Each approximation alone and all together, beside full back-propagation, with standard errors.',
      link: '/fidelity',
    },
    {
      title: 'Your models and texts',
      details:
        'GPT-2, OPT, LLaMA, Mistral, Qwen2, GPT-NeoX, GPT-J, BLOOM, StableLM and Phi, and an adapter of yours in an hour.',
      link: '/write-an-adapter',
    },
  ],
}
