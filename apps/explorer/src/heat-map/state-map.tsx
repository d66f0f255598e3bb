import type { OutputOf } from '../protocol/tasks'
import { magnitudeOf } from './colour-scale'
import { type Frame, HeatMap } from './heat-map'

type State = OutputOf<'state'>
type Range = OutputOf<'film'>['modules'][number]['reads'][number]

interface StateMapProps {
  readonly state: State
  readonly when: 'before' | 'after'
  /** Coordinates that are pointed out. */
  readonly ranges: readonly Range[]
}

/** The simulator's state, prefixes above and tokens below. */
export function StateMap({ state, when, ranges }: StateMapProps) {
  const { prefixTokens, columns, tokens } = state
  const rows = prefixTokens + tokens.length
  return (
    <HeatMap
      label={`The simulator's state ${when} the module: ${prefixTokens} prefixes and ${tokens.length} tokens by ${columns} coordinates`}
      values={state[when]}
      columns={columns}
      // Both pictures of a module have the same colours for the same numbers.
      magnitude={Math.max(magnitudeOf(state.before), magnitudeOf(state.after))}
      groups={[
        { name: 'prefixes', from: 0, to: prefixTokens },
        { name: 'tokens', from: prefixTokens, to: rows },
      ]}
      frames={ranges.map((range) => frameOf(range, prefixTokens, rows))}
      divisions={slotWidth(ranges, columns)}
    />
  )
}

function frameOf({ name, at, from, to }: Range, prefixTokens: number, rows: number): Frame {
  const [top, bottom] = at === 'prefixes' ? [0, prefixTokens] : [prefixTokens, rows]
  return { name, top, bottom, left: from, right: to }
}

/** Values at tokens are a slot wide, so that any of them tells how wide a slot is. */
function slotWidth(ranges: readonly Range[], columns: number): number {
  const token = ranges.find(({ at }) => at === 'tokens')
  return token === undefined ? columns : token.to - token.from
}
