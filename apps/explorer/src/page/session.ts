import { batch, computed, effect, type Signal, signal, untracked } from '@preact/signals'
import { type Connection, TaskFailure, type TaskProgress, TaskStopped } from '../connection/connection'
import { type StepChoices, stepChoices } from '../protocol/choices'
import type { InputOf, OutputOf, TaskName } from '../protocol/tasks'
import { addressOfSettings, settingsOfAddress } from '../settings/address'
import { type Settings, settingsSchema } from '../settings/settings'
import { sampleText } from '../settings/texts'
import { LatestTask } from './latest-task'

/** A result, with what it was computed for. */
export interface Finished<Name extends TaskName> {
  readonly output: OutputOf<Name>
  /** Of {@link Session.subject} when it was asked for. */
  readonly subject: string
}

/** What the page is computing. */
export interface Activity extends TaskProgress {
  readonly task: TaskName
}

/** Learning rates that a sweep tries. */
export const sweptRates = [1e-5, 3e-5, 1e-4, 3e-4, 6e-4, 1e-3, 2e-3, 4e-3] as const

/** How many tokens the simulator itself runs on, where its state is shown. */
export const sliceTokens = 16

/** Everything that the page knows, as signals, and everything that can be done on it. */
export class Session {
  readonly settings: Signal<Settings>
  /** What of the address was not understood. */
  readonly notices: Signal<readonly string[]>
  /** What went wrong, until something else is begun. */
  readonly problem = signal<string | undefined>(undefined)
  readonly activity = signal<Activity | undefined>(undefined)
  readonly model = signal<OutputOf<'load'> | undefined>(undefined)
  /** Whether the model is the visitor's own. */
  readonly isOwnModel = signal(false)
  readonly cut = signal<OutputOf<'tokens'> | undefined>(undefined)
  readonly step = signal<Finished<'step'> | undefined>(undefined)
  readonly sweep = signal<Finished<'sweep'> | undefined>(undefined)
  readonly fidelity = signal<Finished<'fidelity'> | undefined>(undefined)
  readonly film = signal<OutputOf<'film'> | undefined>(undefined)
  /** The state at the chosen cell of the film. */
  readonly cell = signal<Finished<'state'> | undefined>(undefined)
  readonly chosenCell = signal<number | undefined>(undefined)
  /** The state at the descent of the chosen weights, whose prefixes are shown. */
  readonly descent = signal<Finished<'state'> | undefined>(undefined)
  readonly chosenWeights = signal<number | undefined>(undefined)

  readonly text = computed(() => {
    const { text, ownText } = this.settings.value
    return text === 'own' ? ownText : sampleText(text)
  })
  readonly choices = computed((): StepChoices => stepChoicesOf(this.settings.value))
  /** What a step is of; a result whose subject is another one is out of date. */
  readonly subject = computed(() =>
    JSON.stringify([this.model.value?.name, this.text.value, this.choices.value]),
  )
  readonly isBusy = computed(() => this.activity.value !== undefined)
  readonly isReady = computed(() => this.model.value !== undefined && !this.isBusy.value)

  readonly #connection: Connection
  readonly #place: Location
  readonly #work = new LatestTask()
  readonly #cutting = new LatestTask()
  readonly #filming = new LatestTask()
  readonly #looking = new LatestTask()
  readonly #comparing = new LatestTask()
  #begun = 0

  /** @param place where the page is, whose fragment holds the settings */
  constructor(connection: Connection, place: Location) {
    this.#connection = connection
    this.#place = place
    const { settings, problems } = settingsOfAddress(place.hash)
    this.settings = signal(settings)
    this.notices = signal(problems)
    effect(() => this.#writeAddress())
    effect(() => this.#cutText())
    effect(() => this.#describeFilm())
  }

  /** Changes settings that are valid; those that are not leave everything as it is. */
  change(changes: Partial<Settings>): void {
    const parsed = settingsSchema.safeParse({ ...this.settings.value, ...changes })
    if (parsed.success) this.settings.value = parsed.data
  }

  /** Loads the shipped model of the settings. */
  loadShipped(): Promise<void> {
    const { model: name } = this.settings.value
    const folder = new URL(`${name}/`, this.#place.href.replace(/#.*$/, '')).href
    return this.#load({ from: 'page', name, folder }, false)
  }

  /** Loads a checkpoint that was dropped or chosen. */
  loadFiles(name: string, files: readonly File[]): Promise<void> {
    return this.#load({ from: 'files', name, files: [...files] }, true)
  }

  takeStep(): Promise<void> {
    return this.#finish('step', this.step, this.#stepInput())
  }

  sweepRates(): Promise<void> {
    return this.#finish('sweep', this.sweep, { ...this.#stepInput(), rates: [...sweptRates] })
  }

  measureFidelity(): Promise<void> {
    return this.#finish('fidelity', this.fidelity, this.#stepInput())
  }

  /** Shows a cell of the film, and the state there. */
  async chooseCell(cell: number): Promise<void> {
    this.chosenCell.value = cell
    await this.#lookAt(cell, this.#looking, this.cell)
  }

  /** Shows the prefixes of a descent. */
  async chooseWeights(cell: number): Promise<void> {
    this.chosenWeights.value = cell
    await this.#lookAt(cell, this.#comparing, this.descent)
  }

  /** Stops what is being computed. */
  stop(): void {
    this.#work.stop()
  }

  /** Takes the messages about the address away. */
  dismissNotices(): void {
    this.notices.value = []
  }

  #stepInput(): InputOf<'step'> {
    return { text: this.text.value, choices: this.choices.value }
  }

  async #load(model: InputOf<'load'>['model'], isOwn: boolean): Promise<void> {
    const { engine } = this.settings.value
    await this.#perform('load', { engine, model }, (loaded) => {
      batch(() => {
        this.model.value = loaded
        this.isOwnModel.value = isOwn
        for (const result of [this.step, this.sweep, this.fidelity, this.film, this.cell, this.descent]) {
          result.value = undefined
        }
        this.chosenCell.value = undefined
        this.chosenWeights.value = undefined
      })
    })
  }

  async #finish<Name extends 'step' | 'sweep' | 'fidelity'>(
    task: Name,
    result: Signal<Finished<Name> | undefined>,
    input: InputOf<Name>,
  ): Promise<void> {
    const subject = this.subject.value
    await this.#perform(task, input, (output) => {
      result.value = { output, subject }
    })
  }

  /** Computes something that the visitor waits for, with progress. */
  async #perform<Name extends TaskName>(
    task: Name,
    input: InputOf<Name>,
    take: (output: OutputOf<Name>) => void,
  ): Promise<void> {
    this.problem.value = undefined
    const isLatest = this.#numberOfWork()
    const tell = (progress: TaskProgress) => {
      if (isLatest()) this.activity.value = { task, ...progress }
    }
    await this.#work.begin(async (stopSignal) => {
      tell({ doing: 'beginning', done: 0, total: 1 })
      const output = await this.#run(task, input, stopSignal, tell)
      if (isLatest()) this.activity.value = undefined
      if (output !== undefined) take(output)
    })
  }

  /** Counts what is begun. @returns whether nothing was begun since */
  #numberOfWork(): () => boolean {
    const number = ++this.#begun
    return () => this.#begun === number
  }

  /** @returns undefined where it was stopped or failed, which is shown */
  async #run<Name extends TaskName>(
    task: Name,
    input: InputOf<Name>,
    stopSignal: AbortSignal,
    onProgress?: (progress: TaskProgress) => void,
  ): Promise<OutputOf<Name> | undefined> {
    try {
      const output = await this.#connection.run(task, input, { signal: stopSignal, onProgress })
      return stopSignal.aborted ? undefined : output
    } catch (error) {
      if (!(error instanceof TaskStopped) && !stopSignal.aborted) this.#show(error)
      return undefined
    }
  }

  #show(error: unknown): void {
    if (!(error instanceof TaskFailure && error.expected)) console.error(error)
    this.problem.value = error instanceof Error ? error.message : String(error)
  }

  async #lookAt(
    cell: number,
    latest: LatestTask,
    place: Signal<Finished<'state'> | undefined>,
  ): Promise<void> {
    const input = { ...this.#stepInput(), cell, tokens: sliceTokens }
    const subject = this.subject.value
    const output = await latest.begin((stopSignal) => this.#run('state', input, stopSignal))
    if (output !== undefined) place.value = { output, subject }
  }

  #writeAddress(): void {
    const fragment = addressOfSettings(this.settings.value)
    const { pathname, search } = this.#place
    window.history.replaceState(null, '', `${pathname}${search}${fragment === '' ? '' : `#${fragment}`}`)
  }

  /** The text in tokens, again for each text and each model. */
  #cutText(): void {
    const input = { text: this.text.value }
    if (this.model.value === undefined) return
    void this.#cutting.begin(async (stopSignal) => {
      this.cut.value = await this.#run('tokens', input, stopSignal)
    })
  }

  /** Cells of another strip are other ones. */
  #showFilm(film: OutputOf<'film'>): void {
    batch(() => {
      const isSame = this.film.value?.cells.length === film.cells.length
      this.film.value = film
      if (isSame) return
      this.chosenCell.value = undefined
      this.chosenWeights.value = undefined
      this.cell.value = undefined
      this.descent.value = undefined
    })
  }

  /** The film strip depends on few of the choices; it is described again when one of them changes. */
  #describeFilm(): void {
    const { layers, derivative, lossGradient } = this.choices.value
    if (this.model.value === undefined) return
    const choices = { ...untracked(() => this.choices.value), layers, derivative, lossGradient }
    void this.#filming.begin(async (stopSignal) => {
      const film = await this.#run('film', { choices }, stopSignal)
      if (film !== undefined) this.#showFilm(film)
    })
  }
}

function stepChoicesOf(settings: Settings): StepChoices {
  return stepChoices.parse(settings)
}
