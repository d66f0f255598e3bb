import type { Session } from '../page/session'
import { longestOwnText } from './settings'
import { sampleTexts } from './texts'

/** The page's texts to pick from, and a field for an own one. */
export function TextPicker({ session }: { session: Session }) {
  const { text: chosen, ownText } = session.settings.value
  const cut = session.cut.value
  return (
    <fieldset class="texts">
      <legend>Text</legend>
      <div class="choices">
        {sampleTexts.map(({ name, about }) => (
          <label key={name} title={about}>
            <input
              type="radio"
              name="text"
              value={name}
              checked={chosen === name}
              onChange={() => session.change({ text: name })}
            />
            <span>{name}</span>
          </label>
        ))}
        <label title="Write or paste what you like; it stays on this page.">
          <input
            type="radio"
            name="text"
            value="own"
            checked={chosen === 'own'}
            onChange={() => session.change({ text: 'own', ownText: ownText || session.text.value })}
          />
          <span>your own</span>
        </label>
      </div>
      {chosen === 'own' ? (
        <label class="own-text">
          Your text{' '}
          <small>
            {session.model.value?.hasTokenizer === false
              ? '(token ids: this model has no tokenizer)'
              : '(it stays on this page; its address holds it)'}
          </small>
          <textarea
            rows={5}
            maxLength={longestOwnText}
            spellcheck={false}
            value={ownText}
            onInput={({ currentTarget }) => session.change({ ownText: currentTarget.value })}
          />
        </label>
      ) : (
        <p class="about">{sampleTexts.find(({ name }) => name === chosen)?.about}</p>
      )}
      {cut !== undefined && cut.total > cut.tokens && (
        <p class="about">
          This model reads {cut.tokens} tokens at most; the last {cut.total - cut.tokens} of this text are
          left out.
        </p>
      )}
    </fieldset>
  )
}
