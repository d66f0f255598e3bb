import type { DemoReport } from '../demo-report'

/** What guessing among all bytes alike costs, in nats. */
const guessing = Math.log(256)

/** What the demo's numbers mean, in a few sentences. */
export function demoConclusion({ results, best, trainLength, text }: DemoReport): string {
  const before = results.find(({ way }) => way === 'inner')?.loss ?? Number.NaN
  const { exact, tint, recovered } = best
  const advice = 'Try smaller rates, or a text whose end is more like its beginning.'
  if (tint.loss >= before) {
    if (exact.loss < before) {
      const gain = `exact back-propagation took the loss from ${before.toFixed(2)} to ${exact.loss.toFixed(2)}`
      return `None of these rates helped TinT on this text, while ${gain}. ${advice}`
    }
    const allWorse = tint.loss > before && exact.loss > before
    return `${allWorse ? 'Every one of these rates made it worse' : 'None of these rates helped'} on this text. ${advice}`
  }
  const learned =
    `Learning from ${trainLength} bytes took the loss on the other ${text.bytes - trainLength} from ${before.toFixed(2)} to ` +
    `${tint.loss.toFixed(2)}: ${unsurenessText(before, tint.loss)}.`
  return recovered === null
    ? `${learned} Exact back-propagation gained nothing.`
    : `${learned} ${shareText(recovered)}`
}

function unsurenessText(before: number, after: number): string {
  const worse = 'did worse than guessing among all 256 bytes'
  const choices = (loss: number) => Math.exp(loss).toFixed(1)
  if (after > guessing) return `before and afterwards, the model ${worse}`
  if (before > guessing) {
    return `before, the model ${worse}, afterwards it was as unsure as between ${choices(after)} equally likely bytes`
  }
  return (
    `before, the model was as unsure as between ${choices(before)} equally likely bytes, afterwards as between ` +
    choices(after)
  )
}

/** TinT's gain beside that of exact back-propagation, each at its best rate. */
function shareText(recovered: number): string {
  const share = Math.round(100 * recovered)
  return share > 100
    ? `TinT, in forward passes alone, gained more than exact back-propagation here (${share} %).`
    : `TinT, in forward passes alone, reached ${share} % of what exact back-propagation gained.`
}
