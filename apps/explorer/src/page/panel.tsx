import type { ComponentChildren } from 'preact'

interface PanelProps {
  readonly id: string
  readonly title: string
  readonly about: ComponentChildren
  readonly children: ComponentChildren
}

/** A part of the page with its heading and what it is about. */
export function Panel({ id, title, about, children }: PanelProps) {
  return (
    <section class="panel" aria-labelledby={`${id}-heading`} id={id}>
      <h2 id={`${id}-heading`}>{title}</h2>
      <p class="about">{about}</p>
      {children}
    </section>
  )
}
