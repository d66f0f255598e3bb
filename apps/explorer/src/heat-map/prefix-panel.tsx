import { ChartFigure } from '../charts/chart-figure'
import { Panel } from '../page/panel'
import type { Session } from '../page/session'
import type { OutputOf } from '../protocol/tasks'
import { SelectField } from '../settings/fields'
import { magnitudeOf } from './colour-scale'
import { HeatMap } from './heat-map'

type State = OutputOf<'state'>

/** The prefix embeddings that hold a weight, before and after its descent. */
export function PrefixPanel({ session }: { session: Session }) {
  const film = session.film.value
  const descents = film?.cells.filter(({ module }) => film.modules[module]?.kind.endsWith('descent')) ?? []
  const chosen = session.chosenWeights.value
  const state = session.descent.value
  return (
    <Panel
      id="prefixes"
      title="The weights as tokens: prefixes before and after"
      about="The simulator's first tokens are not words. They hold the weights of the small model, and the descent modules write to them: this is where the learning goes."
    >
      {film === undefined ? (
        <p class="hint">There is no model yet.</p>
      ) : (
        <div class="fields">
          <SelectField
            label="Weights"
            value={chosen === undefined ? '' : String(chosen)}
            options={[
              { value: '', text: 'choose …' },
              ...descents.map(({ index, weights, layer }) => ({
                value: String(index),
                text: weights ?? layer,
              })),
            ]}
            take={(value) => {
              if (value !== '') void session.chooseWeights(Number(value))
            }}
          />
        </div>
      )}
      {chosen !== undefined && state?.output.cell === chosen && state.subject !== session.subject.value && (
        <button type="button" class="small" onClick={() => void session.chooseWeights(chosen)}>
          Run again with the choices as they are now
        </button>
      )}
      {chosen !== undefined &&
        (state?.output.cell === chosen ? (
          <>
            {state.subject !== session.subject.value && (
              <p class="hint">
                What is shown is of earlier choices.{' '}
                <button type="button" class="small" onClick={() => void session.chooseWeights(chosen)}>
                  Run again with the choices as they are now
                </button>
              </p>
            )}
            <PrefixMaps state={state.output} slotWidth={film?.width ?? state.output.columns} />
          </>
        ) : (
          <p class="hint" role="status">
            Running the simulator on the beginning of the text, up to this descent …
          </p>
        ))}
    </Panel>
  )
}

function PrefixMaps({ state, slotWidth }: { state: State; slotWidth: number }) {
  const { prefixTokens, columns, trainLength } = state
  const count = prefixTokens * columns
  const before = state.before.subarray(0, count)
  const after = state.after.subarray(0, count)
  const change = after.map((value, index) => value - (before[index] ?? 0))
  const magnitude = magnitudeOf(before)
  const ownScale = magnitudeOf(change)
  const maps = [
    { title: 'Prefixes before', file: 'prefixes-before', values: before, magnitude },
    { title: 'Prefixes after', file: 'prefixes-after', values: after, magnitude },
    {
      title: `What was added (colours ${Math.max(1, Math.round(magnitude / ownScale)).toLocaleString('en')} times stronger)`,
      file: 'prefixes-change',
      values: change,
      magnitude: ownScale,
    },
  ]
  return (
    <>
      <p class="hint">
        Learned from {trainLength} tokens of the beginning of the text. Each line is a prefix token.
      </p>
      <div class="maps">
        {maps.map(({ title, file, values, magnitude }) => (
          <ChartFigure key={file} title={title} fileName={file}>
            <HeatMap
              label={`${title}: ${prefixTokens} prefix tokens by ${columns} coordinates`}
              {...{ values, columns, magnitude }}
              groups={[{ name: 'prefixes', from: 0, to: prefixTokens }]}
              divisions={slotWidth}
            />
          </ChartFigure>
        ))}
      </div>
    </>
  )
}
