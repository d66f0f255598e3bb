import { gainThresholds } from '@tintjs/evaluate/page'
import { lossSteps, type Shading } from './shades'

/** What the colours of the text mean. */
export function TextLegend({ shading }: { shading: Shading }) {
  if (shading !== 'gain') {
    return (
      <p class="legend">
        surprising by nats{' '}
        {lossSteps.map((least, index) => (
          <span key={least} class={`key loss${index + 1}`}>
            ≥ {least}
          </span>
        ))}
      </p>
    )
  }
  const keys = (kind: 'better' | 'worse') =>
    gainThresholds.map((least, index) => (
      <span key={least} class={`key ${kind}${index + 1}`}>
        ≥ {least}
      </span>
    ))
  return (
    <p class="legend">
      better by nats {keys('better').reverse()} <span class="key">as before</span> {keys('worse')} worse by
      nats; <span class="key">underlined: learned from</span>
    </p>
  )
}
