interface SplitHandleProps {
  readonly trainLength: number
  readonly tokens: number
  /** Moves the line to a number of tokens; numbers out of range become the nearest. */
  move(trainLength: number): void
  /** Moves the line to a piece of the text that is pointed at: before it or after it. */
  toPiece(piece: number, isAfter: boolean): void
}

/** The line between the part that is learned and the part that is predicted: dragged, or moved by keys. */
export function SplitHandle({ trainLength, tokens, move, toPiece }: SplitHandleProps) {
  const page = Math.max(1, Math.round(tokens / 20))
  const keys: Readonly<Record<string, number>> = {
    ArrowRight: trainLength + 1,
    ArrowUp: trainLength + 1,
    ArrowLeft: trainLength - 1,
    ArrowDown: trainLength - 1,
    PageUp: trainLength + page,
    PageDown: trainLength - page,
    Home: 2,
    End: tokens - 1,
  }
  return (
    <span
      class="split"
      role="slider"
      tabIndex={0}
      aria-label="Line between what is learned and what is predicted"
      aria-valuemin={2}
      aria-valuemax={tokens - 1}
      aria-valuenow={trainLength}
      aria-valuetext={`learns from ${trainLength} of ${tokens} tokens`}
      title="Drag this line, or move it with the arrow keys"
      onPointerDown={(event) => {
        event.preventDefault()
        event.currentTarget.focus()
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
        const found = pieceAt(event.clientX, event.clientY)
        if (found !== undefined) toPiece(found.piece, found.isAfter)
      }}
      onKeyDown={(event) => {
        const length = keys[event.key]
        if (length === undefined) return
        event.preventDefault()
        event.stopPropagation()
        move(length)
      }}
    >
      <span class="grip" aria-hidden="true" />
    </span>
  )
}

/** The piece of text at a place of the window, and whether the place is in its second half. */
function pieceAt(x: number, y: number): { piece: number; isAfter: boolean } | undefined {
  for (const element of document.elementsFromPoint(x, y)) {
    const index = element instanceof HTMLElement ? element.dataset.piece : undefined
    if (index === undefined) continue
    // A piece may go over two lines; the box under the pointer counts.
    const box = [...element.getClientRects()].find(({ top, bottom }) => top <= y && y <= bottom)
    const middle = box === undefined ? x : (box.left + box.right) / 2
    return { piece: Number(index), isAfter: x > middle }
  }
  return undefined
}
