import { Panel } from '../page/panel'
import type { Session } from '../page/session'
import { ChartFigure, ChartMarkup } from './chart-figure'
import { fidelityChart } from './fidelity-chart'
import { bestRates, bestText, goesBeyond, sweepChart } from './sweep-chart'
import { updateChart } from './update-chart'

/** The loss after a step at several learning rates. */
export function SweepPanel({ session }: { session: Session }) {
  const sweep = session.sweep.value
  return (
    <Panel
      id="sweep"
      title="Which learning rate?"
      about="One step at each of several rates: the model alone, exact back-propagation, and TinT. Too small a rate changes nothing; too large a one breaks the model."
    >
      <PanelButton {...{ session }} name="Try the rates" result={sweep} begin={() => session.sweepRates()} />
      {sweep !== undefined && (
        <>
          <p>{bestRates(sweep.output).map(bestText).join(' ')}</p>
          <ChartFigure title="Loss against learning rate" fileName="learning-rates">
            <ChartMarkup chart={sweepChart(sweep.output)} />
          </ChartFigure>
          <ul class="way-keys">
            <li class="inner">model alone</li>
            <li class="exact">exact</li>
            <li class="tint">TinT</li>
            <li class="ring">the best</li>
            {goesBeyond(sweep.output) && <li class="beyond">higher than the chart</li>}
          </ul>
          <BestRateButton session={session} />
        </>
      )}
    </Panel>
  )
}

function BestRateButton({ session }: { session: Session }) {
  const output = session.sweep.value?.output
  const best = output && bestRates(output).find(({ way }) => way === session.settings.value.gradient)
  if (best === undefined || best.rate === session.settings.value.learningRate) return null
  return (
    <button type="button" class="small" onClick={() => session.change({ learningRate: best.rate })}>
      Use rate {best.rate}
    </button>
  )
}

/** How far each weight has moved. */
export function UpdatePanel({ session }: { session: Session }) {
  const step = session.step.value
  return (
    <Panel
      id="updates"
      title="What has changed in the model"
      about="How far each weight moved in the last run, in percent of its size. TinT does not move queries and keys: in its backward pass, where a token looks stays as it was."
    >
      {step === undefined ? (
        <p class="hint">Press Run first.</p>
      ) : (
        <ChartFigure title="Movement of the weights by layer" fileName="updates">
          <ChartMarkup chart={updateChart(step.output.updates)} scrolls="Weights by layer" />
        </ChartFigure>
      )}
    </Panel>
  )
}

/** The error of each approximation. */
export function FidelityPanel({ session }: { session: Session }) {
  const fidelity = session.fidelity.value
  return (
    <Panel
      id="fidelity"
      title="How near is TinT to exact back-propagation?"
      about="TinT approximates in four ways. Each is tried alone with all else exact, and then all together; left is nearer to exact. The update is what is added to the weights."
    >
      <PanelButton
        {...{ session }}
        name="Measure the approximations"
        result={fidelity}
        begin={() => session.measureFidelity()}
      />
      {fidelity !== undefined && (
        <ChartFigure title="Error of the update, by approximation" fileName="approximations">
          <ChartMarkup chart={fidelityChart(fidelity.output)} />
        </ChartFigure>
      )}
    </Panel>
  )
}

interface PanelButtonProps {
  readonly session: Session
  readonly name: string
  readonly result: { readonly subject: string } | undefined
  begin(): Promise<void>
}

function PanelButton({ session, name, result, begin }: PanelButtonProps) {
  const isOld = result !== undefined && result.subject !== session.subject.value
  const activity = session.activity.value
  return (
    <p class="panel-button">
      <button type="button" disabled={!session.isReady.value} onClick={() => void begin()}>
        {name}
      </button>{' '}
      {isOld && <span class="hint">What is shown is of earlier choices.</span>}
      {activity !== undefined && <span class="hint">{activity.doing} …</span>}
    </p>
  )
}
