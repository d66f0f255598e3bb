import { CheckpointError } from '../errors'
import { shown } from '../safetensors/json-text'
import { PickleBytes } from './pickle-bytes'
import {
  kindOf,
  type PickleDictionary,
  type PickleGlobal,
  type PickleList,
  type PickleValue,
} from './pickle-values'

/** The most instructions of one pickle: some 40,000 tensors, and an upper bound of its memory. */
const mostInstructions = 2 ** 21

/** The most tuples, lists and dictionaries: six for each of as many tensors. They take the most memory. */
const mostContainers = 2 ** 18

/** The longest pickle that is read, in bytes. */
export const longestPickle = 32 * 2 ** 20

/** What a pickle may name. */
export interface PickleVocabulary {
  /** The names that are known, by module and name; every other name is refused. */
  readonly globals: ReadonlyMap<string, PickleGlobal>
  /** What a persistent id (a reference to something outside the pickle) stands for. */
  readonly persistent: (id: PickleValue) => PickleValue
}

/**
 * Reads a pickle of protocol 2 as data. A pickle is a program; this reader knows the instructions that build plain
 * values and calls nothing but the vocabulary's own functions. It has no recursion, keeps what the pickle remembers
 * in a map, and stops after two million instructions, so that memory is bounded by the pickle's own size.
 *
 * @param bytes the pickle
 * @param file what messages call it
 * @throws CheckpointError for a name outside the vocabulary (which the message tells), an unknown instruction, and
 *   a pickle that is cut off or does not fit together
 */
export function readPickle(bytes: Uint8Array, file: string, vocabulary: PickleVocabulary): PickleValue {
  return new PickleMachine(bytes, file, vocabulary).run()
}

/**
 * As {@link readPickle}, for bytes that may go on behind the pickle.
 *
 * @returns the value, and how many bytes the pickle has
 */
export function readPickleAtStart(
  bytes: Uint8Array,
  file: string,
  vocabulary: PickleVocabulary,
): { readonly value: PickleValue; readonly length: number } {
  const machine = new PickleMachine(bytes, file, vocabulary)
  return { value: machine.run(), length: machine.position }
}

class PickleMachine {
  readonly #input: PickleBytes
  readonly #stack: PickleValue[] = []
  /** Heights of the stack at which a group of values starts. */
  readonly #marks: number[] = []
  readonly #memo = new Map<number, PickleValue>()
  #containers = 0
  readonly #problem: (text: string) => CheckpointError

  constructor(
    bytes: Uint8Array,
    private readonly file: string,
    private readonly vocabulary: PickleVocabulary,
  ) {
    this.#problem = (text) =>
      new CheckpointError(
        `${file}: ${text}; the file is damaged or not a checkpoint of torch.save: get it again`,
      )
    this.#input = new PickleBytes(bytes, this.#problem)
  }

  get position(): number {
    return this.#input.position
  }

  run(): PickleValue {
    for (let count = 0; count < mostInstructions; count++) {
      const instruction = this.#input.byte()
      if (instruction === 0x2e) return this.#pop() // STOP
      this.#step(instruction)
    }
    throw this.#problem(`the pickle has more than ${mostInstructions} instructions`)
  }

  #step(instruction: number): void {
    const input = this.#input
    const stack = this.#stack
    switch (instruction) {
      case 0x80: // PROTO
        this.#checkProtocol(input.byte())
        return
      case 0x28: // MARK
        this.#marks.push(stack.length)
        return
      case 0x30: // POP
        this.#pop()
        return
      case 0x31: // POP_MARK
        this.#popToMark()
        return
      case 0x32: // DUP
        stack.push(this.#top())
        return

      case 0x4e: // NONE
        stack.push(null)
        return
      case 0x88: // NEWTRUE
        stack.push(true)
        return
      case 0x89: // NEWFALSE
        stack.push(false)
        return
      case 0x49: // INT, or a truth value of protocol 1
      case 0x4c: // LONG
        stack.push(input.decimal())
        return
      case 0x4a: // BININT
        stack.push(input.signed32())
        return
      case 0x4b: // BININT1
        stack.push(input.byte())
        return
      case 0x4d: // BININT2
        stack.push(input.unsigned16())
        return
      case 0x8a: // LONG1
        stack.push(input.signed(input.byte()))
        return
      case 0x8b: // LONG4
        stack.push(input.signed(input.unsigned32()))
        return
      case 0x47: // BINFLOAT
        stack.push(input.float64())
        return
      case 0x58: // BINUNICODE
        stack.push(input.text(input.unsigned32()))
        return
      case 0x55: // SHORT_BINSTRING
        stack.push(input.text(input.byte()))
        return

      case 0x7d: // EMPTY_DICT
        stack.push(this.#counted({ kind: 'dictionary', entries: new Map() }))
        return
      case 0x5d: // EMPTY_LIST
        stack.push(this.#counted({ kind: 'list', items: [] }))
        return
      case 0x29: // EMPTY_TUPLE
        stack.push(this.#counted({ kind: 'tuple', items: [] }))
        return
      case 0x74: // TUPLE
        stack.push(this.#counted({ kind: 'tuple', items: this.#popToMark() }))
        return
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(this.#counted({ kind: 'tuple', items: this.#popMany(instruction - 0x84) }))
        return
      case 0x6c: // LIST
        stack.push(this.#counted({ kind: 'list', items: this.#popToMark() }))
        return
      case 0x64: // DICT
        stack.push(
          this.#setItems(this.#counted({ kind: 'dictionary', entries: new Map() }), this.#popToMark()),
        )
        return
      case 0x61: // APPEND
        this.#append(this.#popMany(1))
        return
      case 0x65: // APPENDS
        this.#append(this.#popToMark())
        return
      case 0x73: // SETITEM
        this.#extend(this.#popMany(2))
        return
      case 0x75: // SETITEMS
        this.#extend(this.#popToMark())
        return

      case 0x71: // BINPUT
        this.#memo.set(input.byte(), this.#top())
        return
      case 0x72: // LONG_BINPUT
        this.#memo.set(input.unsigned32(), this.#top())
        return
      case 0x68: // BINGET
        stack.push(this.#remembered(input.byte()))
        return
      case 0x6a: // LONG_BINGET
        stack.push(this.#remembered(input.unsigned32()))
        return

      case 0x63: // GLOBAL
        stack.push(this.#global(`${input.line()}.${input.line()}`))
        return
      case 0x52: // REDUCE
        this.#call()
        return
      case 0x62: // BUILD
        this.#build()
        return
      case 0x51: // BINPERSID
        stack.push(this.vocabulary.persistent(this.#pop()))
        return
    }
    const code = `0x${instruction.toString(16).padStart(2, '0')}`
    throw this.#problem(
      `the pickle has the instruction ${code} at byte ${input.position - 1}, expected those of protocol 2 for plain data`,
    )
  }

  /** Counts a value that takes memory of its own. */
  #counted<Value extends PickleValue>(value: Value): Value {
    if (++this.#containers <= mostContainers) return value
    throw this.#problem(`the pickle has more than ${mostContainers} tuples, lists and dictionaries`)
  }

  #checkProtocol(protocol: number): void {
    if (protocol === 2) return
    throw new CheckpointError(
      `${this.file}: the pickle has protocol ${protocol}, expected 2, which torch.save writes by default; ` +
        'save it again without pickle_protocol, or as safetensors',
    )
  }

  #global(name: string): PickleGlobal {
    const known = this.vocabulary.globals.get(name)
    if (known !== undefined) return known
    throw new CheckpointError(
      `${this.file}: the pickle names ${shown(name).slice(1, -1)}, expected only what tensors are made of; ` +
        'nothing of it was executed: do not load the file elsewhere unless you trust its origin, ' +
        'and use a safetensors version of the checkpoint',
    )
  }

  #call(): void {
    const [callee, values] = this.#popMany(2)
    if (!isKind(callee, 'global') || callee.call === undefined || !isKind(values, 'tuple')) {
      throw this.#problem(`the pickle calls ${kindOf(callee)} with ${kindOf(values)}`)
    }
    this.#stack.push(this.#counted(callee.call(values.items)))
  }

  /** Attributes are set on ordered dictionaries only (PyTorch keeps versions of modules there) and never needed. */
  #build(): void {
    this.#pop()
    const target = this.#top()
    if (isKind(target, 'dictionary')) return
    throw this.#problem(`the pickle sets attributes of ${kindOf(target)}`)
  }

  #append(values: readonly PickleValue[]): void {
    const list = this.#top()
    if (!isKind(list, 'list')) throw this.#problem(`the pickle appends to ${kindOf(list)}`)
    for (const value of values) (list as PickleList).items.push(value)
  }

  #extend(values: readonly PickleValue[]): void {
    const dictionary = this.#top()
    if (!isKind(dictionary, 'dictionary'))
      throw this.#problem(`the pickle sets items of ${kindOf(dictionary)}`)
    this.#setItems(dictionary, values)
  }

  #setItems(dictionary: PickleDictionary, values: readonly PickleValue[]): PickleDictionary {
    if (values.length % 2 !== 0) throw this.#problem('the pickle sets a name without a value')
    for (let index = 0; index < values.length; index += 2) {
      dictionary.entries.set(values[index] ?? null, values[index + 1] ?? null)
    }
    return dictionary
  }

  #remembered(index: number): PickleValue {
    const value = this.#memo.get(index)
    if (value === undefined) throw this.#problem(`the pickle recalls value ${index}, which it never kept`)
    return value
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1)
    if (value === undefined || this.#stack.length <= this.#floor()) throw this.#underflow()
    return value
  }

  #pop(): PickleValue {
    const value = this.#top()
    this.#stack.length--
    return value
  }

  #popMany(count: number): PickleValue[] {
    if (this.#stack.length - this.#floor() < count) throw this.#underflow()
    return this.#stack.splice(-count)
  }

  #popToMark(): PickleValue[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw this.#underflow()
    return this.#stack.splice(mark)
  }

  /** The height of the stack below which the group at hand does not reach. */
  #floor(): number {
    return this.#marks.at(-1) ?? 0
  }

  #underflow(): CheckpointError {
    return this.#problem(`the pickle takes a value that is not there, before byte ${this.#input.position}`)
  }
}

function isKind<Kind extends 'tuple' | 'list' | 'dictionary' | 'global'>(
  value: PickleValue | undefined,
  kind: Kind,
): value is Extract<PickleValue, { kind: Kind }> {
  return typeof value === 'object' && value !== null && value.kind === kind
}
