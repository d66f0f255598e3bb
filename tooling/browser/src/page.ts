import { allParameters, type CheckpointSource, filesSource, parameterSize } from '@tintjs/inner'
import { exact, tint, trainingStep } from '@tintjs/simulate'
import { type EngineDescription, InputError, TintError } from '@tintjs/tensor'
import { type LoadedCheckpoint, loadCheckpoint } from './checkpoint'
import { droppedFiles } from './dropped-files'
import { startPageEngine } from './engine'

const drop = element('drop', HTMLElement)
const files = element('files', HTMLInputElement)
const modelText = element('model', HTMLElement)
const asText = element('as-text', HTMLInputElement)
const asIds = element('as-ids', HTMLInputElement)
const text = element('text', HTMLTextAreaElement)
const trainFraction = element('train-fraction', HTMLInputElement)
const learningRate = element('learning-rate', HTMLInputElement)
const runButton = element('run', HTMLButtonElement)
const stopButton = element('stop', HTMLButtonElement)
const progress = element('progress', HTMLProgressElement)
const problem = element('problem', HTMLElement)
const results = element('results', HTMLTableElement)
const caption = element('caption', HTMLElement)
const rows = element('rows', HTMLTableSectionElement)

function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`The page has no ${kind.name} with the id ${id}.`)
}

let checkpoint: LoadedCheckpoint | undefined
let stopper = new AbortController()
let work = Promise.resolve()

/** Stops what is under way, and does something else once that has ended. */
function begin(task: (signal: AbortSignal) => Promise<void>): void {
  stopper.abort()
  stopper = new AbortController()
  const { signal } = stopper
  work = work.then(() => perform(task, signal))
}

async function perform(task: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  problem.hidden = true
  runButton.disabled = true
  stopButton.disabled = false
  progress.value = 0
  try {
    signal.throwIfAborted()
    await task(signal)
  } catch (error) {
    progress.value = 0
    if (!signal.aborted) showProblem(error)
  } finally {
    runButton.disabled = checkpoint === undefined
    stopButton.disabled = true
  }
}

function showProblem(error: unknown): void {
  // The library's own errors say what to do; others are defects.
  if (!(error instanceof TintError)) console.error(error)
  problem.textContent = error instanceof Error ? error.message : String(error)
  problem.hidden = false
}

async function load(source: CheckpointSource, signal: AbortSignal): Promise<void> {
  checkpoint?.model.dispose()
  checkpoint = undefined
  results.hidden = true
  modelText.textContent = `Reading ${source.name} …`
  try {
    const engine = await startPageEngine()
    checkpoint = await loadCheckpoint(source, {
      signal,
      onProgress: ({ loadedBytes, totalBytes }) => {
        progress.value = loadedBytes / totalBytes
      },
    })
    showCheckpoint(checkpoint, engine)
  } finally {
    if (checkpoint === undefined) modelText.textContent = 'No checkpoint yet.'
  }
}

function showCheckpoint({ model, tokenizer }: LoadedCheckpoint, engine: EngineDescription): void {
  const { family, width, blocks } = model.description
  const parameters = [...allParameters(model.description)].reduce((sum, part) => sum + parameterSize(part), 0)
  const threads = engine.threads === 1 ? '1 thread' : `${engine.threads} threads`
  modelText.textContent =
    `${family}: ${blocks.length} layers of width ${width}, ${parameters.toLocaleString('en')} parameters; ` +
    `${tokenizer === undefined ? 'no tokenizer, give token ids' : 'with its tokenizer'}. ` +
    `Engine: ${engine.name} ${engine.version}, ${threads}.`
  asText.disabled = tokenizer === undefined
  if (tokenizer === undefined) asIds.checked = true
}

async function takeSteps({ model, tokenizer }: LoadedCheckpoint, signal: AbortSignal): Promise<void> {
  const tokens = readTokens(tokenizer)
  const trainLength = Math.floor(trainFraction.valueAsNumber * tokens.length)
  rows.replaceChildren()
  results.hidden = true
  const gradients = [
    ['TinT', tint()],
    ['exact', exact()],
  ] as const
  for (const [index, [name, gradient]] of gradients.entries()) {
    const start = performance.now()
    const step = await trainingStep(model, tokens, {
      trainLength,
      learningRate: learningRate.valueAsNumber,
      gradient,
      signal,
      onProgress: ({ done, total }) => {
        progress.value = (index + done / total) / gradients.length
      },
    })
    step.dispose()
    const seconds = (performance.now() - start) / 1000
    addRow(name, step, seconds)
    caption.textContent = `Learned from ${trainLength} of ${tokens.length} tokens. Loss on the others, in nats per token.`
    results.hidden = false
  }
}

/** @throws InputError when the field holds no token ids, but should */
function readTokens(tokenizer: LoadedCheckpoint['tokenizer']): ArrayLike<number> {
  if (tokenizer !== undefined && asText.checked) return tokenizer.encode(text.value)
  const words = text.value.split(/[\s,[\]]+/).filter((word) => word !== '')
  return words.map((word) => {
    if (/^\d+$/.test(word)) return Number(word)
    throw new InputError(`The token id "${word}" is not a whole number; expected ids such as 12, 7, 256.`)
  })
}

function addRow(
  name: string,
  { lossBefore, lossAfter }: { lossBefore: number; lossAfter: number },
  seconds: number,
): void {
  const row = rows.insertRow()
  const heading = document.createElement('th')
  heading.scope = 'row'
  heading.textContent = name
  row.append(heading)
  const change = lossAfter - lossBefore
  const signed = `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(6)}`
  for (const value of [lossBefore.toFixed(6), lossAfter.toFixed(6), signed, seconds.toFixed(2)]) {
    row.insertCell().textContent = value
  }
}

files.addEventListener('change', () => {
  const chosen = [...(files.files ?? [])]
  // So that choosing the same files again is a change too.
  files.value = ''
  if (chosen.length > 0) begin(async (signal) => load(filesSource('the chosen files', chosen), signal))
})

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true

document.addEventListener('dragover', (event) => {
  if (!hasFiles(event)) return
  event.preventDefault()
  drop.classList.add('over')
})

document.addEventListener('dragleave', () => drop.classList.remove('over'))

// The whole page takes files: one that misses the frame must not replace the page.
document.addEventListener('drop', (event) => {
  drop.classList.remove('over')
  if (!hasFiles(event) || event.dataTransfer === null) return
  event.preventDefault()
  const dropped = droppedFiles(event.dataTransfer)
  begin(async (signal) => {
    const { name, files } = await dropped
    await load(filesSource(name, files), signal)
  })
})

element('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
  begin(async (signal) => {
    if (checkpoint !== undefined) await takeSteps(checkpoint, signal)
  })
})

stopButton.addEventListener('click', () => stopper.abort())
