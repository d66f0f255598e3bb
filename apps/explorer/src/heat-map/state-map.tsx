import { rangeText } from '../film-strip/kinds'
import type { OutputOf } from '../protocol/tasks'
import { type Frame, HeatMap, type RowGroup } from './heat-map'
import { scaleSlots, slotWidthOf } from './slot-scale'

type State = OutputOf<'state'>
type FilmModule = OutputOf<'film'>['modules'][number]

interface StateMapProps {
  readonly state: State
  readonly when: 'before' | 'after'
  readonly module: FilmModule
}

/** The simulator's state, prefixes above and tokens below. Prefixes that hold nothing are left out. */
export function StateMap({ state, when, module }: StateMapProps) {
  const { prefixTokens, columns, tokens } = state
  const usesPrefixes = [...module.reads, ...module.writes].some(({ at }) => at === 'prefixes')
  const prefixes = usesPrefixes ? prefixTokens : 0
  const rows = prefixes + tokens.length
  const skipped = (prefixTokens - prefixes) * columns
  const slotWidth = slotWidthOf(module, columns)
  const scaled = scaleSlots(
    state[when].subarray(skipped),
    [state.before.subarray(skipped), state.after.subarray(skipped)],
    { columns, slotWidth, groups: usesPrefixes ? [prefixes, tokens.length] : [tokens.length] },
  )
  const groups: RowGroup[] = [
    ...(usesPrefixes ? [{ name: 'prefixes', from: 0, to: prefixes }] : []),
    { name: 'tokens', from: prefixes, to: rows },
  ]
  const ranges = when === 'before' ? module.reads : module.writes
  return (
    <>
      <HeatMap
        label={`The simulator's state ${when} the module: ${prefixes} prefixes and ${tokens.length} tokens by ${columns} coordinates`}
        values={scaled}
        columns={columns}
        magnitude={1}
        groups={groups}
        frames={ranges.map(({ name, at, from, to }): Frame => {
          const [top, bottom] = at === 'prefixes' ? [0, prefixes] : [prefixes, rows]
          return { name: rangeText(name), top, bottom, left: from, right: to }
        })}
        divisions={slotWidth}
      />
      {!usesPrefixes && <p class="hint">The prefixes take no part here: no weights are needed.</p>}
    </>
  )
}
