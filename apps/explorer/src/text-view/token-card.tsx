import type { OutputOf } from '../protocol/tasks'
import { lossesOf, visibleToken } from './shades'

type Step = OutputOf<'step'>
type Piece = OutputOf<'tokens'>['pieces'][number]

/** What the model expected at the place that is pointed at, before and after learning. */
export function TokenCard({ output, piece }: { output: Step | undefined; piece: Piece | undefined }) {
  if (piece === undefined || output === undefined) {
    return (
      <p class="token-card hint">
        {output === undefined
          ? 'Press Run: the text is coloured by what learning changed.'
          : 'Point at the text, or go through it with the arrow keys, to see what the model expected there.'}
      </p>
    )
  }
  if (piece.from === 0)
    return <p class="token-card hint">Nothing comes before the first token, so nothing predicts it.</p>
  const losses = lossesOf({ before: output.before.losses, after: output.after.losses }, piece.from, piece.to)
  return (
    <div class="token-card" aria-live="polite">
      <p class="place">
        <b class="token">{visibleToken(piece.text)}</b>
        <span>
          token {piece.from} · {piece.from < output.trainLength ? 'learned from' : 'predicted'} · loss{' '}
          {losses.before.toFixed(2)} → {losses.after.toFixed(2)} nats
        </span>
      </p>
      <Predictions title="before" reading={output.before} {...{ output, piece }} />
      <Predictions title="after" reading={output.after} {...{ output, piece }} />
    </div>
  )
}

interface PredictionsProps {
  readonly title: 'before' | 'after'
  readonly reading: Step['before']
  readonly output: Step
  readonly piece: Piece
}

function Predictions({ title, reading, output: { topCount, tokenTexts }, piece }: PredictionsProps) {
  const start = piece.from * topCount
  const rows = Array.from(reading.topTokens.subarray(start, start + topCount), (token, rank) => ({
    text: visibleToken(tokenTexts[token] ?? String(token)),
    probability: reading.topProbabilities[start + rank] ?? 0,
    isRight: tokenTexts[token] === piece.text,
  }))
  return (
    <table class="predictions">
      <caption>expected {title}</caption>
      <tbody>
        {rows.map(({ text, probability, isRight }) => (
          <tr key={text} class={isRight ? 'right' : ''}>
            <th scope="row">{text}</th>
            <td class="share">
              <span style={{ width: `${100 * probability}%` }} />
            </td>
            <td>{(100 * probability).toFixed(0)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
