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

/** The name of a data set's repository behind the prefix, as models have theirs: always the owner's and its own. */
const datasetIdPattern = /^datasets\/([^/]+\/[^/]+)$/

/**
 * The name of a data set, `org/name`, where an id is that of a data set's repository: `datasets/org/name`, as the hub's
 * own addresses have it. Ids of models have one slash at most.
 */
export function datasetName(repository: string): string | undefined {
  const name = datasetIdPattern.exec(repository)?.[1]
  return name !== undefined && isHubId(name) ? name : undefined
}

/** @throws CheckpointError unless {@link datasetName} has one */
export function checkDatasetId(repository: string): void {
  if (datasetName(repository) !== undefined) return
  throw new CheckpointError(
    `${JSON.stringify(repository)} is not the id of a data set on the hub; expected datasets/, its owner and its name, ` +
      'such as datasets/Salesforce/wikitext.',
  )
}

/** @throws CheckpointError unless a path names a file within a repository and nothing outside of it */
export function checkFilePath(path: string): void {
  const parts = path.split('/')
  const clean = parts.every((part) => part !== '' && !/^\.+$/.test(part))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path of a repository has them
  if (clean && !/[\\\u0000-\u001f]/.test(path) && !/^[A-Za-z]:/.test(path)) return
  throw new CheckpointError(
    `${JSON.stringify(path)} is not the path of a file in a repository; expected names with / between them, such as ` +
      'data/train.parquet.',
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
