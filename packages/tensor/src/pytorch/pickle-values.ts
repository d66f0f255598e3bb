/** A Python tuple. */
export interface PickleTuple {
  readonly kind: 'tuple'
  readonly items: readonly PickleValue[]
}

/** A Python list. */
export interface PickleList {
  readonly kind: 'list'
  readonly items: PickleValue[]
}

/** A Python dictionary, ordered or not; keys are compared as JavaScript compares them. */
export interface PickleDictionary {
  readonly kind: 'dictionary'
  readonly entries: Map<PickleValue, PickleValue>
}

/** A name that the reader's user knows. */
export interface PickleGlobal {
  readonly kind: 'global'
  /** Module and name, e.g. `collections.OrderedDict`. */
  readonly name: string
  /** What a call of it gives; a name without it cannot be called. */
  readonly call?: (values: readonly PickleValue[]) => PickleValue
}

/** Something that a global's call or a persistent id stands for. */
export interface PickleObject {
  readonly kind: 'object'
  readonly value: unknown
}

/** Anything that a pickle of plain data can hold. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleTuple
  | PickleList
  | PickleDictionary
  | PickleGlobal
  | PickleObject

/** What a value is, for messages: in Python's words, and never its whole content. */
export function kindOf(value: PickleValue | undefined): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (value.kind === 'global') return `the name ${value.name}`
  return { tuple: 'a tuple', list: 'a list', dictionary: 'a dictionary', object: 'an object' }[value.kind]
}
