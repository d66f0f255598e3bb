export interface CreatedAdapter {
  /** Its folder, relative to the root: `packages/inner-gpt-neox`. */
  readonly folder: string
  /** The changeset's file, relative to the root. */
  readonly changeset: string
  /** `@tintjs/inner-gpt-neox` */
  readonly packageName: string
}
export declare class NameProblem extends Error {}
export declare function createAdapter(root: string, name: string | undefined): CreatedAdapter
