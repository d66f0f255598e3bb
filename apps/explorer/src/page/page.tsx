import { FidelityPanel, SweepPanel, UpdatePanel } from '../charts/panels'
import { FilmPanel } from '../film-strip/film-strip'
import { PrefixPanel } from '../heat-map/prefix-panel'
import { StepForm } from '../settings/step-form'
import { TextPicker } from '../settings/text-picker'
import { ModelPicker } from '../upload/model-picker'
import { Footer, Header } from './frame'
import { Outcome } from './outcome'
import { Messages, RunBar } from './run-bar'
import type { Session } from './session'

/** The whole page. */
export function Page({ session }: { session: Session }) {
  return (
    <>
      <Header />
      <main>
        <Messages session={session} />
        <div class="workbench">
          <form
            class="settings"
            onSubmit={(event) => {
              event.preventDefault()
              void session.takeStep()
            }}
          >
            <TextPicker session={session} />
            <StepForm session={session} />
            <RunBar session={session} />
          </form>
          <ModelPicker session={session} />
          <Outcome session={session} />
        </div>
        <FilmPanel session={session} />
        <PrefixPanel session={session} />
        <div class="pair">
          <SweepPanel session={session} />
          <FidelityPanel session={session} />
        </div>
        <UpdatePanel session={session} />
      </main>
      <Footer session={session} />
    </>
  )
}
