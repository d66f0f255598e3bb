import type { Session } from '../page/session'
import { droppedFiles } from './dropped-files'

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true

/** The whole page takes files: one that misses the frame must not replace the page. */
export function acceptDroppedFiles(session: Session): void {
  const mark = (isOver: boolean) => document.documentElement.classList.toggle('files-over', isOver)
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    mark(true)
  })
  document.addEventListener('dragleave', () => mark(false))
  document.addEventListener('drop', async (event) => {
    mark(false)
    if (!hasFiles(event) || event.dataTransfer === null) return
    event.preventDefault()
    const { name, files } = await droppedFiles(event.dataTransfer)
    if (files.length > 0) await session.loadFiles(name, files)
  })
}
