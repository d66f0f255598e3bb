/** The repository's address. */
export const repositoryUrl: string

/** What can be imported of all published packages. */
export const referenceEntries: readonly {
  /** Such as `@tintjs/inner/node`. */
  readonly name: string
  /** The file that it is built from. */
  readonly source: string
  /** Its page in `docs/reference`, without the ending. */
  readonly page: string
}[]
