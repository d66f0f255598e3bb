import type { Session } from '../page/session'

/** Everything that the page has computed, as plain data for a JSON file. Lists of numbers become arrays. */
function numbersOf(session: Session): Readonly<Record<string, unknown>> {
  const { step, sweep, fidelity } = session
  const current = (result: { output: unknown; subject: string } | undefined) =>
    result && { isOfTheseSettings: result.subject === session.subject.value, ...(result.output as object) }
  const { ownText: _, ...settings } = session.settings.value
  return {
    settings,
    text: session.text.value,
    model: session.model.value,
    step: current(step.value),
    sweep: current(sweep.value),
    fidelity: current(fidelity.value),
    simulator: session.film.value,
  }
}

/** {@link numbersOf} as a file. */
export function numbersJson(session: Session): string {
  return JSON.stringify(
    numbersOf(session),
    (_, value: unknown) =>
      value instanceof Float32Array || value instanceof Int32Array ? Array.from(value) : value,
    1,
  )
}
