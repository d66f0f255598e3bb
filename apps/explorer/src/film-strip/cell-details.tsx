import { ChartFigure } from '../charts/chart-figure'
import { StateMap } from '../heat-map/state-map'
import type { Session } from '../page/session'
import type { OutputOf } from '../protocol/tasks'
import { cellName, type FilmCell, kindTexts, operatorTexts, rangeText } from './kinds'

type Film = OutputOf<'film'>
type FilmModule = Film['modules'][number]

interface CellDetailsProps {
  readonly session: Session
  readonly film: Film
  readonly cell: FilmCell
}

/** What a cell is made of, what it reads and writes, and the state before and after it. */
export function CellDetails({ session, film, cell }: CellDetailsProps) {
  const module = film.modules[cell.module]
  if (module === undefined) return null
  return (
    <div class="cell-details" aria-live="polite">
      <h3>{cellName(cell, module.kind, film.rows)}</h3>
      <p class="kind-text">{kindTexts[module.kind]}</p>
      <div class="cell-facts">
        <div>
          <h4>Operators</h4>
          <ol>
            {module.operators.map((operator, index) => (
              <li key={index}>{operatorTexts[operator] ?? operator}</li>
            ))}
          </ol>
        </div>
        <Ranges title="Reads" ranges={module.reads} />
        <Ranges title="Writes" ranges={module.writes} />
        <div>
          <h4>Parameters</h4>
          <p>{module.parameters.toLocaleString('en')}</p>
        </div>
      </div>
      <CellState {...{ session, cell, module }} />
    </div>
  )
}

function Ranges({ title, ranges }: { title: string; ranges: FilmModule['reads'] }) {
  return (
    <div>
      <h4>{title}</h4>
      {ranges.length === 0 && <p>nothing</p>}
      <ul>
        {ranges.map(({ name, at, from, to }) => (
          <li key={`${name} ${at}`}>
            <b>{rangeText(name)}</b> at {at}, coordinates {from} to {to - 1}
          </li>
        ))}
      </ul>
    </div>
  )
}

function CellState({
  session,
  cell,
  module,
}: Pick<CellDetailsProps, 'session' | 'cell'> & { module: FilmModule }) {
  const state = session.cell.value
  if (state === undefined || state.output.cell !== cell.index) {
    return (
      <p class="hint" role="status">
        Running the simulator on the beginning of the text, up to here …
      </p>
    )
  }
  const isOld = state.subject !== session.subject.value
  return (
    <>
      <p class="hint">
        The simulator itself ran on the first {state.output.tokens.length} tokens of the text. Each line is a
        position: first the prefixes, which hold weights, then the tokens. Blue is above zero, orange below;
        each slot has a scale of its own. Boxes show what the module reads and writes.{' '}
        {isOld && (
          <button type="button" class="small" onClick={() => void session.chooseCell(cell.index)}>
            Run again with the choices as they are now
          </button>
        )}
      </p>
      <div class="maps">
        <ChartFigure title="State before" fileName={`state-${cell.index}-before`}>
          <StateMap state={state.output} when="before" {...{ module }} />
        </ChartFigure>
        <ChartFigure title="State after" fileName={`state-${cell.index}-after`}>
          <StateMap state={state.output} when="after" {...{ module }} />
        </ChartFigure>
      </div>
    </>
  )
}
