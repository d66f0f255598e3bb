import { chartStyle } from '@tintjs/evaluate/page'
import { render } from 'preact'
import { Connection } from './connection/connection'
import { Page } from './page/page'
import { Session } from './page/session'
import { applyStoredTheme } from './page/theme'
import { acceptDroppedFiles } from './upload/accept-dropped-files'

applyStoredTheme()
addChartStyle()
const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' })
const session = new Session(new Connection(worker), window.location)
const place = document.getElementById('page')
if (place === null) throw new Error('The document has no place for the page.')
render(<Page session={session} />, place)
acceptDroppedFiles(session)
window.addEventListener('hashchange', () => session.readAddress())
void session.open()

/** The charts' own rules, in front of the page's, which may say more. */
function addChartStyle(): void {
  const style = document.createElement('style')
  style.textContent = chartStyle.text
  document.head.prepend(style)
}
