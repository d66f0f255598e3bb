import type { Session } from '../page/session'
import { engineChoices, shippedModels } from '../protocol/choices'
import { SelectField } from '../settings/fields'

const modelTexts = {
  'gpt2-nano-bytes': 'GPT-2 nano (comes along)',
  'opt-nano-bytes': 'OPT nano (comes along)',
} as const

const engineTexts = { auto: 'the fastest here', webgpu: 'WebGPU', wasm: 'WebAssembly' } as const

/** Which model, and what computes: one that comes with the page, or the visitor's own checkpoint. */
export function ModelPicker({ session }: { session: Session }) {
  const { model, engine } = session.settings.value
  const own = session.isOwnModel.value ? session.model.value?.name : undefined
  const options = [
    ...shippedModels.map((value) => ({ value, text: modelTexts[value] })),
    ...(own === undefined ? [] : [{ value: 'own' as const, text: own }]),
  ]
  return (
    <section class="model" aria-labelledby="model-heading">
      <h2 id="model-heading" class="small-heading">
        Model
      </h2>
      <div class="fields">
        <SelectField
          label="Checkpoint"
          value={own === undefined ? model : 'own'}
          {...{ options }}
          take={(value) => {
            if (value === 'own') return
            session.change({ model: value })
            void session.loadShipped()
          }}
        />
        <SelectField
          label="Computes on"
          value={engine}
          options={engineChoices.map((value) => ({ value, text: engineTexts[value] }))}
          take={(value) => {
            session.change({ engine: value })
            void session.loadShipped()
          }}
        />
      </div>
      <OwnCheckpoint session={session} />
      <ModelFacts session={session} />
    </section>
  )
}

function OwnCheckpoint({ session }: { session: Session }) {
  return (
    <div class="drop" id="drop">
      <label for="files">
        Or your own: drop a folder with <code>config.json</code>, <code>model.safetensors</code> and{' '}
        <code>tokenizer.json</code> here, or choose these files. They never leave this page.
      </label>
      <input
        id="files"
        type="file"
        multiple
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])]
          // So that choosing the same files again is a change too.
          currentTarget.value = ''
          if (files.length > 0) void session.loadFiles('the chosen files', files)
        }}
      />
    </div>
  )
}

function ModelFacts({ session }: { session: Session }) {
  const model = session.model.value
  if (model === undefined)
    return (
      <p class="facts" id="model">
        No model yet.
      </p>
    )
  const { engine } = model
  const reasons = engine.passedOver.map(({ engine, problem }) => `${engine}: ${problem}`).join(' ')
  return (
    <p class="facts" id="model">
      {model.family}: {model.blocks} layers of width {model.width}, {model.parameters.toLocaleString('en')}{' '}
      parameters
      {model.hasTokenizer ? '' : '; no tokenizer, give token ids'}. Computes on {engine.name} {engine.version}{' '}
      ({engine.device}). {reasons}
    </p>
  )
}
