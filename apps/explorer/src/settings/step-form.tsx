import type { Session } from '../page/session'
import { derivatives, lossGradients, mostSteps } from '../protocol/choices'
import { NumberField, SelectField, SwitchField } from './fields'

/** The choices of a training step. */
export function StepForm({ session }: { session: Session }) {
  const { learningRate, gradient } = session.settings.value
  return (
    <>
      <NumberField
        label="Learning rate"
        about="How far the weights move. Too little changes nothing, too much breaks the model."
        value={learningRate}
        min={0}
        max={1000}
        step="any"
        take={(value) => session.change({ learningRate: value })}
      />
      <SwitchField
        label="Learns by"
        name="gradient"
        value={gradient}
        options={[
          {
            value: 'tint',
            text: 'TinT',
            about: 'What a transformer can compute in its forward pass: close to exact.',
          },
          {
            value: 'exact',
            text: 'exact',
            about: 'Full back-propagation, which needs a program around the model.',
          },
        ]}
        take={(value) => session.change({ gradient: value })}
      />
      <details class="more">
        <summary>More choices</summary>
        <div class="fields">
          <MoreChoices session={session} />
        </div>
      </details>
    </>
  )
}

const lossGradientTexts = {
  softmax: 'softmax (the usual loss)',
  quad: 'quadratic loss',
  target: 'target only, without softmax',
} as const

function MoreChoices({ session }: { session: Session }) {
  const { steps, layers, derivative, lossGradient, gradient } = session.settings.value
  const blocks = session.model.value?.blocks ?? 0
  const counts = Array.from({ length: blocks }, (_, index) => blocks - index)
  return (
    <>
      <NumberField
        label="Steps"
        about="How often it learns from the same part, one time after another."
        value={steps}
        min={1}
        max={mostSteps}
        step={1}
        take={(value) => session.change({ steps: value })}
      />
      <SelectField
        label="Layers that learn"
        about="The last layers of the model learn; those before stay as they are."
        value={layers === 'all' || layers >= blocks ? 'all' : String(layers)}
        options={counts.map((count) =>
          count === blocks
            ? { value: 'all', text: `all ${blocks}` }
            : { value: String(count), text: `the last ${count}` },
        )}
        take={(value) => session.change({ layers: value === 'all' ? 'all' : Number(value) })}
      />
      <SelectField
        label="Derivatives"
        about="TinT has no derivatives of norms and activations; it takes differences over a small distance, 1/N."
        value={derivative}
        disabled={gradient === 'exact'}
        options={derivatives.map((value) => ({
          value,
          text: value === 'usual' ? 'usual (central:100)' : value,
        }))}
        take={(value) => session.change({ derivative: value })}
      />
      <SelectField
        label="Loss gradient"
        about="What learning starts from at the end of the model."
        value={lossGradient}
        options={lossGradients.map((value) => ({ value, text: lossGradientTexts[value] }))}
        take={(value) => session.change({ lossGradient: value })}
      />
    </>
  )
}
