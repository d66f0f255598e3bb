import { useSignal } from '@preact/signals'
import { Panel } from '../page/panel'
import type { Session } from '../page/session'
import type { OutputOf } from '../protocol/tasks'
import { CellDetails } from './cell-details'
import { cellName, type FilmCell, families, familyOf, neighbour, signOf, stages } from './kinds'
import { Player } from './player'

type Film = OutputOf<'film'>

/** One forward pass of the simulator as a film strip. */
export function FilmPanel({ session }: { session: Session }) {
  const film = session.film.value
  return (
    <Panel
      id="film"
      title="One forward pass of the simulator, frame by frame"
      about={
        <>
          The large transformer runs these modules one after another: that is one pass through it, and a whole
          training step of the small one. A row is a layer of the small model, a cell is a module of the large
          one. Choose a cell to see what it is made of, and the numbers in it.
        </>
      }
    >
      {film === undefined ? <p class="hint">There is no model yet.</p> : <Strip {...{ session, film }} />}
    </Panel>
  )
}

function Strip({ session, film }: { session: Session; film: Film }) {
  const chosen = session.chosenCell.value
  const cell = chosen === undefined ? undefined : film.cells[chosen]
  const playhead = useSignal<number | undefined>(undefined)
  const choose = (index: number) => void session.chooseCell(index)
  return (
    <>
      <Key film={film} />
      <Player {...{ film, playhead }} />
      {/* biome-ignore lint/a11y/useSemanticElements: no fields are in it, which a fieldset would be for */}
      <div
        class="film"
        role="group"
        aria-label="Modules of the pass; arrow keys go from one to the next"
        onKeyDown={(event) => {
          const focused = film.cells[Number((event.target as HTMLElement).dataset.cell)]
          const next = focused && neighbour(film.cells, focused, event.key)
          if (next === undefined) return
          event.preventDefault()
          event.currentTarget.querySelector<HTMLElement>(`[data-cell="${next.index}"]`)?.focus()
        }}
      >
        {stages.map(({ stage, title, about }) => (
          <div key={stage} class={`stage ${stage.replace(' ', '-')}`}>
            <h3>
              {title} <small>{about}</small>
            </h3>
            <StageRows
              {...{ film, stage, chosen: chosen ?? 0, isChosen: chosen !== undefined, choose }}
              lit={playhead.value}
            />
          </div>
        ))}
      </div>
      {cell === undefined ? (
        <p class="hint">Choose a cell.</p>
      ) : (
        <CellDetails key={cell.index} {...{ session, film, cell }} />
      )}
    </>
  )
}

interface StageRowsProps {
  readonly film: Film
  readonly stage: FilmCell['stage']
  /** The cell that the tab key comes to. */
  readonly chosen: number
  readonly isChosen: boolean
  /** The cell that is played. */
  readonly lit: number | undefined
  choose(cell: number): void
}

function StageRows({ film, stage, chosen, isChosen, lit, choose }: StageRowsProps) {
  return film.rows.map((name, row) => {
    const cells = film.cells.filter((cell) => cell.stage === stage && cell.row === row)
    const isLossRow = row === film.rows.length - 1
    if (isLossRow !== (stage === 'loss')) return null
    return (
      <div key={name} class="film-row">
        <span class="row-name">{name}</span>
        <div class="cells">
          {cells.length === 0 && <span class="frozen">does not change: not run again</span>}
          {cells.map((cell) => {
            const kind = film.modules[cell.module]?.kind ?? ''
            const isThis = isChosen && cell.index === chosen
            return (
              <button
                type="button"
                key={cell.index}
                class={`film-cell ${familyOf(kind)} ${kind.split(' ').at(-1)} ${cell.index === lit ? 'lit' : ''}`}
                data-cell={cell.index}
                tabIndex={cell.index === chosen ? 0 : -1}
                aria-pressed={isThis}
                aria-label={cellName(cell, kind, film.rows)}
                title={cellName(cell, kind, film.rows)}
                onClick={() => choose(cell.index)}
              >
                {signOf(kind)}
              </button>
            )
          })}
        </div>
      </div>
    )
  })
}

function Key({ film }: { film: Film }) {
  const present = new Set(film.modules.map(({ kind }) => familyOf(kind)))
  const { inner, simulator } = film.parameters
  const millions = (count: number) => `${(count / 1e6).toFixed(count < 1e7 ? 2 : 0)} million`
  return (
    <>
      <p class="film-facts">
        The inner model has <b>{millions(inner)}</b> parameters. Its simulator counts{' '}
        <b>{millions(simulator)}</b> in <b>{film.cells.length}</b> modules; its state is{' '}
        <b>{film.hiddenSize}</b> numbers wide, and <b>{film.prefixTokens}</b> prefix tokens hold the weights
        of one layer at a time.
      </p>
      <ul class="film-key">
        {families
          .filter((family) => present.has(family))
          .map((family) => (
            <li key={family}>
              <span class={`film-cell ${family}`} aria-hidden="true" /> {family}
            </li>
          ))}
        <li>
          <span class="sign" aria-hidden="true">
            ↑
          </span>{' '}
          backward
        </li>
        <li>
          <span class="sign" aria-hidden="true">
            ▾
          </span>{' '}
          descent: weights move
        </li>
      </ul>
    </>
  )
}
