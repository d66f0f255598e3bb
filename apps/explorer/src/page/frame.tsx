import { useSignal } from '@preact/signals'
import { numbersJson } from '../export/numbers'
import { saveFile } from '../export/save-file'
import { SelectField } from '../settings/fields'
import type { Session } from './session'
import { chooseTheme, theme, themes } from './theme'

const themeTexts = { system: 'system', light: 'light', dark: 'dark' } as const

/** What this page is, and how it looks. */
export function Header() {
  return (
    <header>
      <div class="title">
        <h1>A transformer that trains another one</h1>
        <p class="lead">
          A small language model reads a text. From the first part it <b>learns</b>; the rest it{' '}
          <b>predicts</b>, better than before. With <b>TinT</b> all of that, forward, backward and the update
          of the weights, happens inside one forward pass of a larger transformer. Everything is computed
          here, in your browser.
        </p>
      </div>
      <SelectField
        label="Look"
        value={theme.value}
        options={themes.map((value) => ({ value, text: themeTexts[value] }))}
        take={chooseTheme}
      />
    </header>
  )
}

/** To take away what is here, and where all of this is from. */
export function Footer({ session }: { session: Session }) {
  return (
    <footer>
      <TakeAway session={session} />
      <p>
        TinT, <i>Trainable Transformer in Transformer</i>, is from Panigrahi, Malladi, Xia and Arora (
        <a href="https://arxiv.org/abs/2307.01189">arXiv 2307.01189</a>, ICML 2024). This page runs the
        packages of <a href="https://github.com/tintjs/tint">tint</a>. Your text and your files never leave
        it.
      </p>
    </footer>
  )
}

function TakeAway({ session }: { session: Session }) {
  const said = useSignal('')
  return (
    <div class="take-away">
      <button
        type="button"
        onClick={async () => {
          said.value = (await copyText(window.location.href))
            ? 'The address is copied: it holds the settings and the text, but not your own checkpoint.'
            : 'This browser lets no page copy; take the address from its own bar.'
        }}
      >
        Copy the address
      </button>
      <button
        type="button"
        onClick={() => saveFile('tint-explorer.json', 'application/json', numbersJson(session))}
      >
        Save the numbers as JSON
      </button>
      <p role="status">{said.value}</p>
    </div>
  )
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
