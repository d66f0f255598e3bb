import type { Session } from './session'

/** Run, stop, and what is being done. */
export function RunBar({ session }: { session: Session }) {
  const activity = session.activity.value
  return (
    <div class="run-bar">
      <button
        type="submit"
        class="primary"
        id="run"
        disabled={!session.isReady.value || (session.cut.value?.tokens ?? 0) < 3}
      >
        Run
      </button>
      <button type="button" id="stop" disabled={activity === undefined} onClick={() => session.stop()}>
        Stop
      </button>
      <div class="activity">
        <progress
          id="progress"
          aria-label="Progress"
          max={1}
          value={activity === undefined ? 0 : activity.done / activity.total}
        />
        <p role="status" id="doing">
          {activity === undefined ? statusAtRest(session) : `${activity.doing} …`}
        </p>
      </div>
    </div>
  )
}

function statusAtRest(session: Session): string {
  const step = session.step.value
  if (session.model.value === undefined) return 'There is no model yet.'
  if (step === undefined) return 'Ready.'
  if (step.subject !== session.subject.value) return 'Something has changed since the last run; press Run.'
  return `Done: the step took ${step.output.seconds.toFixed(2)} s.`
}

/** What went wrong, in the library's words, and what of the address was not understood. */
export function Messages({ session }: { session: Session }) {
  const notices = session.notices.value
  const problem = session.problem.value
  return (
    <>
      {notices.length > 0 && (
        <div class="notice" role="status" id="notices">
          {notices.map((notice) => (
            <p key={notice}>{notice}</p>
          ))}
          <button type="button" onClick={() => session.dismissNotices()}>
            Close
          </button>
        </div>
      )}
      {problem !== undefined && (
        <div class="problem" role="alert">
          {problem}
        </div>
      )}
    </>
  )
}
