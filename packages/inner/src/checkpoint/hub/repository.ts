import { CheckpointError } from '@tintjs/tensor'

/** A name on the hub, alone or behind its owner's: letters, digits, `-`, `_` and `.`, not at the ends. */
const namePattern = /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?(?:\/[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?)?$/

const longestName = 96

/** Whether a text has the form of a model's id on the hub, such as `gpt2` or `facebook/opt-125m`. */
export function isHubId(text: string): boolean {
  const fitting = text.length <= longestName && namePattern.test(text)
  return fitting && !text.includes('--') && !text.includes('..') && !text.endsWith('.git')
}

/** @throws CheckpointError unless {@link isHubId} */
export function checkHubId(repository: string): void {
  if (isHubId(repository)) return
  throw new CheckpointError(
    `${JSON.stringify(repository)} is not the id of a model on the hub; expected a name such as gpt2, or its owner ` +
      'and name such as facebook/opt-125m.',
  )
}

/** Parts of a branch's or tag's name, as git allows them and as they can be folders. */
const revisionPattern = /^[\w.+@-]+(?:\/[\w.+@-]+)*$/

/** Whether a revision is a commit's full hash, which never means anything else. */
export function isCommit(revision: unknown): revision is string {
  return typeof revision === 'string' && /^[0-9a-f]{40}$/.test(revision)
}

/** @throws CheckpointError unless a revision has the form of a branch, a tag or a commit */
export function checkRevision(revision: string): void {
  if (revisionPattern.test(revision) && !revision.split('/').some((part) => /^\.+$/.test(part))) return
  throw new CheckpointError(
    `${JSON.stringify(revision)} is not a revision; expected the name of a branch or tag, or a commit's hash.`,
  )
}
