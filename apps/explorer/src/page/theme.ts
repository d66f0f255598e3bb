import { signal } from '@preact/signals'

/** How the page looks: as the system does, or as one chose. */
export const themes = ['system', 'light', 'dark'] as const

/** One of {@link themes}. */
export type Theme = (typeof themes)[number]

/** What is chosen. */
export const theme = signal<Theme>('system')

const key = 'tint-explorer-theme'

/** Looks as it did on the last visit. */
export function applyStoredTheme(): void {
  const stored = themes.find((name) => name === readStored())
  show(stored ?? 'system')
}

/** Changes the look, and remembers it where the browser lets pages do so. */
export function chooseTheme(chosen: Theme): void {
  show(chosen)
  try {
    localStorage.setItem(key, chosen)
  } catch {
    // A page that may store nothing looks as chosen until it is closed.
  }
}

/** Whether the page is dark now: pictures that are drawn number by number must know. */
export function isDark(): boolean {
  if (theme.value !== 'system') return theme.value === 'dark'
  return systemIsDark.value
}

const query = window.matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = signal(query.matches)
query.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches
})

function show(chosen: Theme): void {
  theme.value = chosen
  document.documentElement.dataset.theme = chosen
}

function readStored(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
