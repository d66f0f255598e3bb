import type { Markup } from '@tintjs/evaluate/page'
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { saveFile } from '../export/save-file'
import { standaloneSvg } from '../export/standalone-svg'

interface ChartFigureProps {
  readonly title: string
  /** What the file is called, without its ending. */
  readonly fileName: string
  readonly children: ComponentChildren
}

/** A picture with its title, and a button that saves it. */
export function ChartFigure({ title, fileName, children }: ChartFigureProps) {
  const place = useRef<HTMLDivElement>(null)
  return (
    <figure class="chart-figure">
      <figcaption>
        <span>{title}</span>
        <button
          type="button"
          class="small"
          aria-label={`Save "${title}" as SVG`}
          onClick={() => {
            const picture = place.current?.querySelector<SVGSVGElement>('svg[role="img"]')
            if (picture) saveFile(`${fileName}.svg`, 'image/svg+xml', standaloneSvg(picture))
          }}
        >
          SVG
        </button>
      </figcaption>
      <div ref={place}>{children}</div>
    </figure>
  )
}

/** A chart that is made as markup, whose texts are escaped there. */
export function ChartMarkup({ chart, scrolls }: { chart: Markup; scrolls?: string }) {
  // What can be scrolled can be reached by keys, and has a name.
  const scrolling =
    scrolls === undefined ? {} : { tabIndex: 0, role: 'group' as const, 'aria-label': scrolls }
  return <div class="chart-markup" {...scrolling} dangerouslySetInnerHTML={{ __html: chart.text }} />
}
