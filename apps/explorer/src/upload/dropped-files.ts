/** Files that were dropped on the page, with a name for messages. */
export interface DroppedFiles {
  readonly name: string
  readonly files: readonly File[]
}

/** The files of a drop. A folder among them stands for the files right in it. To be called while the event lasts. */
export async function droppedFiles({ items }: DataTransfer): Promise<DroppedFiles> {
  // Items are gone after the first await.
  const dropped = [...items].filter(({ kind }) => kind === 'file').map(itemContent)
  const [first] = dropped
  const name = dropped.length === 1 && first?.folder !== undefined ? first.folder.name : 'the dropped files'
  const files = await Promise.all(
    dropped.map(({ folder, file }) => (folder === undefined ? file : filesOf(folder))),
  )
  return { name, files: files.flat().filter((file) => file !== null) }
}

interface ItemContent {
  readonly folder: FileSystemDirectoryEntry | undefined
  readonly file: File | null
}

function itemContent(item: DataTransferItem): ItemContent {
  const entry = item.webkitGetAsEntry()
  return { folder: entry !== null && isFolder(entry) ? entry : undefined, file: item.getAsFile() }
}

async function filesOf(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader()
  const files: File[] = []
  // A reader gives some entries at a time, and none at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (entries.length === 0) return files
    files.push(...(await Promise.all(entries.filter(isFile).map(fileOf))))
  }
}

const fileOf = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject))

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
