import { useSignal } from '@preact/signals'
import { visibleText } from '@tintjs/evaluate/page'
import type { Session } from '../page/session'
import type { OutputOf } from '../protocol/tasks'
import { shareOf, trainLengthOf } from '../settings/train-length'
import { lossesOf, type Shading, shadeOf } from './shades'
import { SplitHandle } from './split-handle'
import { TokenCard } from './token-card'

type Cut = OutputOf<'tokens'>

/** The text in its tokens, with the line between what is learned and what is predicted. */
export function TextBoard({ session, shading }: { session: Session; shading: Shading }) {
  const chosen = useSignal<number | undefined>(undefined)
  const cut = session.cut.value
  if (cut === undefined) {
    return (
      <p class="board empty">
        {session.model.value === undefined
          ? 'The text appears here as soon as a model is loaded.'
          : 'This model cannot read the text as it is.'}
      </p>
    )
  }
  if (cut.tokens < 3) return <p class="board empty">Write a few words: one to learn from, one to predict.</p>
  const trainLength = trainLengthOf(session.settings.value.share, cut.tokens)
  const step = session.step.value
  // Colours belong to a text and a line that are the same as here.
  const output = step?.subject === session.subject.value ? step.output : undefined
  const selected = chosen.value !== undefined && chosen.value < cut.pieces.length ? chosen.value : undefined
  const choose = (piece: number) => {
    chosen.value = Math.min(cut.pieces.length - 1, Math.max(0, piece))
  }
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: no fields are in it, which a fieldset would be for */}
      <div
        class="board"
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys go through the text
        tabIndex={0}
        aria-label="The text, token by token. Arrow keys go through it and tell what the model expected."
        onPointerOver={({ target }) => {
          const piece = pieceOf(target)
          if (piece !== undefined) choose(piece)
        }}
        onKeyDown={(event) => {
          const way = event.target === event.currentTarget ? keyWays[event.key] : undefined
          if (way === undefined) return
          event.preventDefault()
          choose((selected ?? (way > 0 ? -1 : cut.pieces.length)) + way)
        }}
      >
        <Pieces
          {...{ cut, trainLength, shading, output, selected }}
          handle={<Handle {...{ session, cut, trainLength }} />}
        />
      </div>
      <TokenCard output={output} piece={selected === undefined ? undefined : cut.pieces[selected]} />
    </>
  )
}

const keyWays: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

function pieceOf(target: EventTarget | null): number | undefined {
  const index = target instanceof HTMLElement ? target.dataset.piece : undefined
  return index === undefined ? undefined : Number(index)
}

interface PiecesProps {
  readonly cut: Cut
  readonly trainLength: number
  readonly shading: Shading
  readonly output: OutputOf<'step'> | undefined
  readonly selected: number | undefined
  readonly handle: preact.ComponentChild
}

function Pieces({ cut, trainLength, shading, output, selected, handle }: PiecesProps) {
  const losses = output && { before: output.before.losses, after: output.after.losses }
  const spans = cut.pieces.map(({ text, from, to }, index) => {
    const part = from < trainLength ? 'learned' : 'tested'
    const shade = losses === undefined ? '' : shadeOf(shading, lossesOf(losses, from, to))
    const mark = index === selected ? 'selected' : ''
    return (
      <span key={from} class={`${part} ${shade} ${mark}`} data-piece={index}>
        {visibleText(text)}
      </span>
    )
  })
  const first = cut.pieces.findIndex(({ from }) => from >= trainLength)
  const at = first === -1 ? spans.length : first
  return (
    <>
      {spans.slice(0, at)}
      {handle}
      {spans.slice(at)}
    </>
  )
}

function Handle({ session, cut, trainLength }: { session: Session; cut: Cut; trainLength: number }) {
  const move = (length: number) => {
    const inside = Math.min(cut.tokens - 1, Math.max(2, length))
    session.change({ share: shareOf(inside, cut.tokens) })
  }
  const toPiece = (piece: number, isAfter: boolean) => {
    const found = cut.pieces[piece]
    if (found !== undefined) move(isAfter ? found.to : found.from)
  }
  return <SplitHandle {...{ trainLength, move, toPiece }} tokens={cut.tokens} />
}
