import { type Signal, useSignalEffect } from '@preact/signals'
import type { OutputOf } from '../protocol/tasks'
import { cellName, kindTexts } from './kinds'

/** How long each cell is lit, in milliseconds: the eye can follow, and a pass of some hundred cells takes seconds. */
const cellTime = 60

interface PlayerProps {
  readonly film: OutputOf<'film'>
  /** The cell that is lit; undefined while nothing is played. */
  readonly playhead: Signal<number | undefined>
}

/** Plays the pass: lights one cell after another, and says what happens in it. */
export function Player({ film, playhead }: PlayerProps) {
  const isPlaying = playhead.value !== undefined
  useSignalEffect(() => {
    if (playhead.value === undefined) return
    const timer = setTimeout(() => {
      const next = (playhead.peek() ?? 0) + 1
      playhead.value = next < film.cells.length ? next : undefined
    }, cellTime)
    return () => clearTimeout(timer)
  })
  return (
    <div class="player">
      <button
        type="button"
        class="small"
        onClick={() => {
          playhead.value = isPlaying ? undefined : 0
        }}
      >
        {isPlaying ? 'Stop playing' : 'Play the pass'}
      </button>
      <p class="playing" aria-hidden="true">
        {nowText(film, playhead.value)}
      </p>
    </div>
  )
}

function nowText(film: PlayerProps['film'], playhead: number | undefined): string {
  const cell = playhead === undefined ? undefined : film.cells[playhead]
  const kind = cell && film.modules[cell.module]?.kind
  if (cell === undefined || kind === undefined) return ''
  return `${cellName(cell, kind, film.rows)}. ${kindTexts[kind] ?? ''}`
}
