import { batch, computed, effect, type Signal, signal, untracked } from '@preact/signals'
import { type Connection, TaskFailure, type TaskProgress, TaskStopped } from '../connection/connection'
import { type StepChoices, stepChoices } from '../protocol/choices'
import type { InputOf, OutputOf, TaskName } from '../protocol/tasks'
import { addressOfSettings, settingsOfAddress } from '../settings/address'
import { AddressBar } from '../settings/address-bar'
import { type Settings, settingsSchema } from '../settings/settings'
import { sampleText } from '../settings/texts'
import { LatestTask } from './latest-task'
import { type Activity, type Finished, sliceTokens, sweptRates } from './results'

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
  /** Whether the state at the chosen cell could not be computed. */
  readonly hasNoState = signal(false)
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

  /** What the visitor's own model was loaded from, while it is the one that computes. */
  #ownModel: InputOf<'load'>['model'] | undefined
  readonly #connection: Connection
  readonly #place: Location
  readonly #addressBar = new AddressBar((address) => window.history.replaceState(null, '', address))
  readonly #work = new LatestTask()
  readonly #cutting = new LatestTask()
  readonly #filming = new LatestTask()
  readonly #looking = new LatestTask()
  readonly #comparing = new LatestTask()
  #begun = 0
  /** What was wrong with the text. */
  #textProblem: string | undefined

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

  /** Takes the settings of an address that was put in the place of the page's own while the page was open. */
  readAddress(): void {
    const { settings, problems } = settingsOfAddress(this.#place.hash)
    const { model, engine } = this.settings.value
    batch(() => {
      this.settings.value = settings
      this.notices.value = problems
    })
    // Invalid parts are gone from the settings; here too, when these are as they were.
    this.#writeAddress()
    if (settings.model !== model || settings.engine !== engine) void this.open()
  }

  /** Loads the shipped model of the settings. @returns whether it is the model now */
  loadShipped(): Promise<boolean> {
    const { model: name } = this.settings.value
    const folder = new URL(`${name}/`, this.#place.href.replace(/#.*$/, '')).href
    return this.#load({ from: 'page', name, folder }, false)
  }

  /** Loads a checkpoint that was dropped or chosen. @returns whether it is the model now */
  loadFiles(name: string, files: readonly File[]): Promise<boolean> {
    return this.#load({ from: 'files', name, files: [...files] }, true)
  }

  /** Computes on another engine from now on, with the same model; on the one before where it does not run. */
  async changeEngine(engine: Settings['engine']): Promise<void> {
    const { engine: before } = this.settings.value
    this.change({ engine })
    const own = this.#ownModel
    const isLoaded = await (own === undefined ? this.loadShipped() : this.#load(own, true))
    if (!isLoaded && this.settings.value.engine === engine) this.change({ engine: before })
  }

  /** Loads the model of the address, on an engine that runs here. */
  async open(): Promise<void> {
    const { engine } = this.settings.value
    if ((await this.loadShipped()) || this.problem.value === undefined || engine === 'auto') return
    const notice = `The address asks for the engine ${engine}, which did not start here: ${this.problem.value} The fastest that runs here computes instead.`
    this.notices.value = [...this.notices.value, notice]
    this.change({ engine: 'auto' })
    await this.loadShipped()
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
    this.hasNoState.value = false
    const isSeen = await this.#lookAt(cell, this.#looking, this.cell)
    if (!isSeen && this.chosenCell.value === cell) this.hasNoState.value = true
  }

  /** Shows the prefixes of a descent. */
  async chooseWeights(cell: number): Promise<void> {
    this.chosenWeights.value = cell
    const isSeen = await this.#lookAt(cell, this.#comparing, this.descent)
    if (!isSeen && this.chosenWeights.value === cell) this.chosenWeights.value = undefined
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

  async #load(model: InputOf<'load'>['model'], isOwn: boolean): Promise<boolean> {
    const { engine } = this.settings.value
    let isLoaded = false
    await this.#perform('load', { engine, model }, (loaded) => {
      batch(() => {
        this.model.value = loaded
        this.isOwnModel.value = isOwn
        this.#ownModel = isOwn ? model : undefined
        for (const result of [this.step, this.sweep, this.fidelity, this.film, this.cell, this.descent]) {
          result.value = undefined
        }
        this.chosenCell.value = undefined
        this.chosenWeights.value = undefined
      })
      isLoaded = true
    })
    return isLoaded
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
      // A model that is loaded has taken the place of the one before, even if it was to be stopped.
      return stopSignal.aborted && task !== 'load' ? undefined : output
    } catch (error) {
      if (!(error instanceof TaskStopped) && !stopSignal.aborted) this.#show(error)
      return undefined
    }
  }

  #show(error: unknown): void {
    if (!(error instanceof TaskFailure && error.expected)) console.error(error)
    this.problem.value = error instanceof Error ? error.message : String(error)
  }

  /** @returns false where it failed, which is shown; what was stopped is looked at again by whoever stopped it */
  async #lookAt(
    cell: number,
    latest: LatestTask,
    place: Signal<Finished<'state'> | undefined>,
  ): Promise<boolean> {
    const input = { ...this.#stepInput(), cell, tokens: sliceTokens }
    const subject = this.subject.value
    return await latest.begin(async (stopSignal) => {
      const output = await this.#run('state', input, stopSignal)
      if (output !== undefined) place.value = { output, subject }
      return output !== undefined || stopSignal.aborted
    })
  }

  #writeAddress(): void {
    const fragment = addressOfSettings(this.settings.value)
    const { pathname, search } = this.#place
    this.#addressBar.show(`${pathname}${search}${fragment === '' ? '' : `#${fragment}`}`)
  }

  /** The text in tokens, again for each text and each model. */
  #cutText(): void {
    const input = { text: this.text.value }
    if (this.model.value === undefined) return
    void this.#cutting.begin(async (stopSignal) => {
      const cut = await this.#run('tokens', input, stopSignal)
      // The one for which this was stopped tells soon.
      if (stopSignal.aborted) return
      this.cut.value = cut
      // What was wrong with the text before is wrong no more.
      if (cut !== undefined && this.problem.value === this.#textProblem) this.problem.value = undefined
      this.#textProblem = cut === undefined ? this.problem.value : undefined
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
