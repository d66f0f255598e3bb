/** How many equally likely tokens a loss in nats is as unsure as, in so many digits as one takes in. */
export function choicesText(loss: number): string {
  const choices = Math.exp(loss)
  if (choices < 1000) return choices.toFixed(1)
  if (choices < 1e6) return Math.round(choices).toLocaleString('en')
  return choices < 1e9 ? `${(choices / 1e6).toFixed(1)} million` : 'more than a billion'
}

/** From one loss to another, in percent; from many times a loss on, how many times. */
export function changeText(before: number, after: number): string {
  if (after >= 10 * before && before > 0) return `× ${Math.round(after / before).toLocaleString('en')}`
  const percent = before === 0 ? 0 : (100 * (after - before)) / before
  const digits = Math.abs(percent).toFixed(1)
  if (Number(digits) === 0) return 'none'
  return `${percent > 0 ? '+' : '−'}${digits} %`
}
