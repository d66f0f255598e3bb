/**
 * The files of a new adapter's package. The tree is the commonest one, LLaMA's: what another family does otherwise is
 * changed in it, and the tests of a fixture say where.
 *
 * @param {{ family: string, directory: string, packageName: string, value: string, type: string }} names
 * @returns {Record<string, string>} text by path
 */
export function packageFiles(names) {
  return {
    'package.json': manifest(names),
    'tsconfig.json': '{ "extends": "@tooling/typescript/base.json", "include": ["src", "*.config.ts"] }\n',
    'tsup.config.ts': "import { packageBuild } from '@tooling/tsup'\n\nexport default packageBuild()\n",
    'vitest.config.ts': "import { engineTests } from '@tooling/vitest'\n\nexport default engineTests()\n",
    'README.md': readme(names),
    'src/index.ts': index(names),
    'src/config.ts': config(names),
    'src/adapter.ts': adapter(names),
    'src/shapes.ts': shapes(names),
    'src/contract.test.ts': contractTest(names),
    'src/configurations.test.ts': configurationsTest(names),
  }
}

/** What users of the package are told of its first release. */
export function changesetText({ packageName, family }) {
  return `---\n\n'${packageName}': minor\n---\n\nModels of the family \`${family}\` load from checkpoints as inner models.\n`
}

function manifest({ packageName, directory, family }) {
  const fields = {
    name: packageName,
    version: '0.0.0',
    description: `${family} as an inner model of TinT`,
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    repository: {
      type: 'git',
      url: 'git+https://github.com/tintjs/tint.git',
      directory: `packages/${directory}`,
    },
    homepage: `https://github.com/tintjs/tint/tree/main/packages/${directory}#readme`,
    bugs: 'https://github.com/tintjs/tint/issues',
    keywords: ['transformer', 'language-model', 'tint', family],
    engines: { node: '>=20' },
    files: ['dist'],
    publishConfig: { access: 'public', provenance: true },
    exports: { '.': { types: './dist/index.d.ts', import: './dist/index.js' } },
    scripts: { build: 'tsup', typecheck: 'tsc -p .', test: 'vitest run', lint: 'biome check .' },
    dependencies: { '@tintjs/inner': 'workspace:^', zod: 'catalog:' },
    devDependencies: {
      '@tintjs/adapter-testing': 'workspace:^',
      '@tooling/tsup': 'workspace:*',
      '@tooling/typescript': 'workspace:*',
      '@tooling/vitest': 'workspace:*',
      '@types/node': 'catalog:',
      tsup: 'catalog:',
      typescript: 'catalog:',
      vitest: 'catalog:',
    },
  }
  return `${JSON.stringify(fields, undefined, 2)}\n`
}

function index({ value, type }) {
  return `export { ${value} } from './adapter'
export type { ${type}Config } from './config'
export { ${value}Shapes } from './shapes'
`
}

function config({ value, type, family }) {
  return `import { activationNames, countField, ropeFields, sizeField } from '@tintjs/inner'
import * as z from 'zod'

const positive = z.number().positive()

/**
 * The fields of a ${family} \`config.json\` that decide about the forward pass, with transformers' defaults. A field that
 * must have one value is a literal: \`z.literal(false)\`.
 */
export const ${value}Config = z.object({
  hidden_size: sizeField,
  num_attention_heads: countField,
  num_key_value_heads: countField.nullish(),
  num_hidden_layers: countField,
  intermediate_size: sizeField,
  vocab_size: sizeField,
  max_position_embeddings: sizeField,
  hidden_act: z.enum(activationNames).default('silu'),
  rms_norm_eps: positive.default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  ...ropeFields,
  rope_theta: positive.nullish(),
})

/** A checked ${family} configuration. */
export type ${type}Config = z.infer<typeof ${value}Config>

/** Fields that change nothing in a forward pass. Those that all families have are known already. */
export const ${value}IgnoredFields = ['attention_dropout']
`
}

function adapter({ value, type, family }) {
  return `import {
  type Attention,
  defineAdapter,
  headWidth,
  type InnerModelDescription,
  type Layer,
  type Norm,
  product,
  type RotaryPositions,
  residual,
  rotaryPositions,
  rotarySettings,
  sequence,
  storedLinear,
  storedRmsNorm,
  type WeightReference,
} from '@tintjs/inner'
import { type ${type}Config, ${value}Config, ${value}IgnoredFields } from './config'

/** ${family}: RMS norms before attention and MLP, rotary positions, a gated MLP. */
export const ${value} = defineAdapter<${type}Config>({
  family: '${family}',
  config: ${value}Config,
  ignoredFields: ${value}IgnoredFields,
  build(config, tensors): InnerModelDescription {
    const { hidden_size: width, num_attention_heads: heads, vocab_size } = config
    const rotary = rotaryOf(config)
    // Checkpoints that were saved from the bare model lack the prefix.
    const prefix = tensors.has('embed_tokens.weight') ? '' : 'model.'
    const tokens: WeightReference = { name: \`\${prefix}embed_tokens.weight\`, shape: [vocab_size, width] }
    return {
      family: '${family}',
      width,
      heads,
      vocabularySize: vocab_size,
      maximumPositions: config.max_position_embeddings,
      embedding: { tokens },
      blocks: Array.from({ length: config.num_hidden_layers }, (_, index) =>
        block(config, \`\${prefix}layers.\${index}\`, rotary),
      ),
      finalNorm: norm(config, \`\${prefix}norm\`),
      head: {
        vocabulary: config.tie_word_embeddings
          ? tokens
          : { name: 'lm_head.weight', shape: [vocab_size, width] },
      },
    }
  },
})

function rotaryOf(config: ${type}Config): RotaryPositions {
  const settings = rotarySettings(config, {
    theta: { name: 'rope_theta', value: config.rope_theta, fallback: 10_000 },
    maximumPositions: config.max_position_embeddings,
  })
  return rotaryPositions(settings, widthOfHead(config), 'halves')
}

function block(config: ${type}Config, name: string, rotary: RotaryPositions): Layer {
  return sequence(
    residual(
      sequence(
        norm(config, \`\${name}.input_layernorm\`),
        attention(config, \`\${name}.self_attn\`, rotary),
        storedLinear(\`\${name}.self_attn.o_proj\`, config.hidden_size, config.hidden_size, { bias: false }),
      ),
    ),
    residual(sequence(norm(config, \`\${name}.post_attention_layernorm\`), mlp(config, \`\${name}.mlp\`))),
  )
}

function attention(config: ${type}Config, name: string, positions: RotaryPositions): Attention {
  const { hidden_size: width, num_attention_heads: heads } = config
  const keyValueHeads = config.num_key_value_heads ?? heads
  const ofHead = widthOfHead(config)
  return {
    kind: 'attention',
    name,
    heads,
    keyValueHeads,
    positions,
    scale: 1 / Math.sqrt(ofHead),
    query: storedLinear(\`\${name}.q_proj\`, width, heads * ofHead, { bias: false }),
    key: storedLinear(\`\${name}.k_proj\`, width, keyValueHeads * ofHead, { bias: false }),
    value: storedLinear(\`\${name}.v_proj\`, width, keyValueHeads * ofHead, { bias: false }),
  }
}

/** \`down(act(gate x) * up x)\` */
function mlp(config: ${type}Config, name: string): Layer {
  const { hidden_size: width, intermediate_size: hidden, hidden_act: activation } = config
  const gate = sequence(storedLinear(\`\${name}.gate_proj\`, width, hidden, { bias: false }), {
    kind: 'activation',
    name: \`\${name}.act_fn\`,
    activation,
    width: hidden,
  })
  return sequence(
    product(gate, storedLinear(\`\${name}.up_proj\`, width, hidden, { bias: false })),
    storedLinear(\`\${name}.down_proj\`, hidden, width, { bias: false }),
  )
}

function widthOfHead({ hidden_size, num_attention_heads }: ${type}Config): number {
  return headWidth(hidden_size, num_attention_heads, ['hidden_size', 'num_attention_heads'])
}

function norm(config: ${type}Config, name: string): Norm {
  return storedRmsNorm(name, config.hidden_size, config.rms_norm_eps)
}
`
}

function shapes({ value, family }) {
  return `/** Configurations of sizes, for planning and benchmarks without a checkpoint. */
export const ${value}Shapes = {
  '${family}-tiny': {
    model_type: '${family}',
    hidden_size: 32,
    num_attention_heads: 4,
    num_hidden_layers: 2,
    intermediate_size: 48,
    vocab_size: 64,
    max_position_embeddings: 48,
  },
} as const
`
}

function contractTest({ value }) {
  return `import { describeAdapter, fixtureFolders } from '@tintjs/adapter-testing'
import { ${value} } from './index'

// What every adapter must pass. Fixtures are made with tooling/adapter-fixtures/make_fixtures.py.
describeAdapter(${value}, {
  fixtures: fixtureFolders(new URL('./fixtures', import.meta.url)),
  refusals: [
    { fields: { hidden_act: 'swiglu' }, message: 'hidden_act is "swiglu"' },
    { fields: { num_attention_heads: 3 }, message: 'num_attention_heads 3' },
  ],
})
`
}

function configurationsTest({ value, family }) {
  return `import { describe, expect, it } from 'vitest'
import { ${value}, ${value}Shapes } from './index'

describe('configurations of ${family}', () => {
  it.each(Object.entries(${value}Shapes))('%s is described', (_, config) => {
    const { width, blocks } = ${value}.describe(config)
    expect([width, blocks.length]).toEqual([config.hidden_size, config.num_hidden_layers])
  })

  it.todo('of the released sizes, in shapes.ts instead of the tiny one, have the released parameter counts')
  it.todo('as the hub has them, fields of old versions included, are understood')
  it.todo('that the adapter cannot do are refused by name: put them into the refusals of contract.test.ts')
})
`
}

function readme({ packageName, value, type, family }) {
  return `# ${packageName}

\`${family}\` as an inner model of [TinT](../../README.md): reads its configurations and checkpoints. An adapter for
[\`@tintjs/inner\`](../inner/README.md).

\`\`\`sh
npm install @tintjs/inner ${packageName}
\`\`\`

## Example

\`\`\`ts
import { allParameters, parameterSize } from '@tintjs/inner'
import { ${value}, ${value}Shapes } from '${packageName}'

for (const [name, shape] of Object.entries(${value}Shapes)) {
  const model = ${value}.describe(shape)
  const parameters = allParameters(model).reduce((total, reference) => total + parameterSize(reference), 0)
  console.log(\`\${name}: width \${model.width}, \${model.blocks.length} blocks, \${parameters} parameters\`)
}
\`\`\`

To load a checkpoint, give the adapter to \`loadInnerModel(source, { adapters: [${value}] })\`.

## What is in it

- \`${value}\`: the adapter, for \`model_type\` \`${family}\`
- \`${value}Shapes\`: configurations of sizes
- \`${type}Config\`: the type of a checked configuration

## Errors

A \`ConfigError\` for a field that is neither handled nor known to be harmless, and for values that are not supported.
A \`CheckpointError\` names the tensor that is missing or has another shape.
`
}
