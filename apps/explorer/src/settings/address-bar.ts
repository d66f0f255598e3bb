/** So many changes may come at once. */
const most = 20

/** And one more each so many milliseconds. */
const pause = 400

/**
 * Puts fragments into the address, without a new entry of the history, and no faster than browsers let pages do: Safari
 * throws after 100 changes in 30 seconds, Chromium leaves out what goes beyond 200 in 10 seconds, and a line that is
 * dragged makes more. The last one always comes.
 */
export class AddressBar {
  readonly #put: (address: string) => void
  readonly #now: () => number
  #left = most
  #at: number
  #address = ''
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param put changes the address */
  constructor(put: (address: string) => void, now: () => number = () => performance.now()) {
    this.#put = put
    this.#now = now
    this.#at = now()
  }

  /** Shows an address, now or as soon as it may. */
  show(address: string): void {
    this.#address = address
    if (this.#timer === undefined) this.#putWhenAllowed()
  }

  #putWhenAllowed(): void {
    const now = this.#now()
    this.#left = Math.min(most, this.#left + (now - this.#at) / pause)
    this.#at = now
    if (this.#left >= 1) {
      this.#left--
      this.#put(this.#address)
      return
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#putWhenAllowed()
    }, pause)
  }
}
