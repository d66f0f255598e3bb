import type { WayName } from './ways'

/** The classes of errors that users are meant to meet. */
export type ErrorClass = 'CheckpointError' | 'ConfigError' | 'DimensionError' | 'InputError'

/** What stands at a name in a folder. */
export type FolderEntry =
  | Uint8Array
  | string
  /** A symbolic link to this target. */
  | { readonly link: string }
  /** A named pipe that nobody writes to. */
  | { readonly pipe: true }
  | { readonly folder: true }
  /** A file of this size whose bytes behind `start` take no place on the disk. */
  | { readonly sparse: number; readonly start: Uint8Array }

/** What a folder holds, by name; names that start with `../` stand beside it. */
export type FolderContent = Readonly<Record<string, FolderEntry>>

/** A malformed input and what it must give. */
export interface HostileCase {
  /** Small letters and hyphens; also the folder's name. */
  readonly name: string
  /** What is wrong with it, to follow the name of its group. */
  readonly what: string
  /** By which public function it is read. */
  readonly way: WayName
  readonly content: () => FolderContent | Promise<FolderContent>
  readonly error: ErrorClass
  /** A part of the error's sentence, which names the file. */
  readonly words: RegExp
}

/** Cases of one kind of file. */
export interface HostileGroup {
  readonly title: string
  readonly cases: readonly HostileCase[]
}

/** Something unusual that must be read all the same. */
export interface ValidOddity {
  readonly name: string
  readonly what: string
  readonly way: WayName
  readonly content: () => FolderContent | Promise<FolderContent>
}
