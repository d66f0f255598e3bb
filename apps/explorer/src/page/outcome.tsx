import { useSignal } from '@preact/signals'
import { SwitchField } from '../settings/fields'
import type { Shading } from '../text-view/shades'
import { TextBoard } from '../text-view/text-board'
import { TextLegend } from '../text-view/text-legend'
import type { Session } from './session'

/** The text with what learning changed, and the losses. */
export function Outcome({ session }: { session: Session }) {
  const shading = useSignal<Shading>('gain')
  return (
    <section class="outcome" aria-labelledby="outcome-heading">
      <h2 id="outcome-heading" class="hidden-heading">
        What it learned
      </h2>
      <Losses session={session} />
      {session.step.value !== undefined && (
        <div class="board-head">
          <SwitchField
            label="Colours show"
            name="shading"
            value={shading.value}
            options={[
              { value: 'gain', text: 'the gain' },
              { value: 'before', text: 'loss before' },
              { value: 'after', text: 'loss after' },
            ]}
            take={(value) => {
              shading.value = value
            }}
          />
          <TextLegend shading={shading.value} />
        </div>
      )}
      <TextBoard session={session} shading={shading.value} />
    </section>
  )
}

/** Losses in numbers, and what they mean. */
function Losses({ session }: { session: Session }) {
  const step = session.step.value
  if (step === undefined) {
    return (
      <p class="lead-in">
        Left of the line the model <b>learns</b>, right of it the model <b>predicts</b>. Drag the line, then
        press Run.
      </p>
    )
  }
  const { lossBefore, lossAfter, trainLength, text } = step.output
  const isCurrent = step.subject === session.subject.value
  return (
    <div class={`losses ${isCurrent ? '' : 'out-of-date'}`} id="losses">
      <p class="numbers">
        <span class="number">
          <small>loss before</small>
          <b id="loss-before">{lossBefore.toFixed(4)}</b>
        </span>
        <span class="arrow" aria-hidden="true">
          →
        </span>
        <span class="number after">
          <small>after learning</small>
          <b id="loss-after">{lossAfter.toFixed(4)}</b>
        </span>
        <span class="number change">
          <small>change</small>
          <b>{changeText(lossBefore, lossAfter)}</b>
        </span>
      </p>
      <p class="meaning">
        Learning from {trainLength} tokens, then predicting the other {text.tokens - trainLength}: before, the
        model was as unsure as between <b>{Math.exp(lossBefore).toFixed(1)}</b> equally likely tokens;
        afterwards, as between <b>{Math.exp(lossAfter).toFixed(1)}</b>.{' '}
        {isCurrent ? '' : 'This is of an earlier choice; press Run.'}
      </p>
    </div>
  )
}

function changeText(before: number, after: number): string {
  const percent = (100 * (after - before)) / before
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %`
}
