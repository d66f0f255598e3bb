import type { ByteLoss } from '../demo-report'
import { dim, paint } from './colours'
import { paragraph } from './wrap'

/** A character of the text with what learning changed about it. */
interface Character {
  readonly text: string
  /** Loss before minus loss after, in nats, over its bytes; undefined in the part that was learned. */
  readonly gain: number | undefined
}

/**
 * The steps of the scale, the best first: blue is better, orange is worse, which people with any colour vision tell
 * apart; stronger is more. Numbers are of the 256-colour palette, with a foreground that can be read on each.
 */
const scale = [
  { least: 1, mark: '+', background: 26, foreground: 231 },
  { least: 0.3, mark: '+', background: 75, foreground: 16 },
  { least: 0.1, mark: '+', background: 153, foreground: 16 },
  { least: -0.1, mark: ' ', background: undefined, foreground: undefined },
  { least: -0.3, mark: '-', background: 223, foreground: 16 },
  { least: -1, mark: '-', background: 215, foreground: 16 },
  { least: Number.NEGATIVE_INFINITY, mark: '-', background: 166, foreground: 231 },
] as const

/** How many lines of the learned part are shown before the test part. */
const learnedLines = 4

/**
 * The text as a picture: the end of the learned part dim, then the test part, each character coloured by its gain;
 * without colours, marks stand below each line.
 *
 * @param width columns
 */
export function textPicture(
  text: Uint8Array,
  bytes: readonly ByteLoss[],
  width: number,
  coloured: boolean,
): string {
  const start = bytes[0]?.position ?? text.length
  const learned = wrap(characters(text.subarray(0, start), new Map()), width).map(plainLine)
  const shown = learned.slice(-learnedLines)
  const gains = new Map(
    bytes.map(({ position, lossBefore, lossAfter }) => [position - start, lossBefore - lossAfter]),
  )
  const tested = wrap(characters(text.subarray(start), gains), width)
  return [
    ...(shown.length < learned.length ? [dim('...')] : []),
    ...shown.map((line) => dim(line)),
    dim(rule(' learned above, predicted below ', width)),
    ...tested.flatMap((line) => (coloured ? [colouredLine(line)] : [plainLine(line), markLine(line)])),
    '',
    legend(coloured, width),
  ].join('\n')
}

/** Groups bytes into characters. Control characters, which could steer a terminal, become visible signs. */
function characters(bytes: Uint8Array, gains: ReadonlyMap<number, number>): Character[] {
  const decoder = new TextDecoder()
  const found: Character[] = []
  for (let start = 0; start < bytes.length; ) {
    let end = start + 1
    while (end < bytes.length && isContinuation(bytes[end])) end++
    const known = Array.from({ length: end - start }, (_, index) => gains.get(start + index))
    const present = known.filter((gain) => gain !== undefined)
    found.push({
      text: visible(decoder.decode(bytes.subarray(start, end))),
      gain: present.length === 0 ? undefined : present.reduce((total, gain) => total + gain, 0),
    })
    start = end
  }
  return found
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

const lineEnd = '↵'

function visible(character: string): string {
  if (character === '\n') return lineEnd
  return /\p{C}/u.test(character) ? '·' : character
}

/** Breaks at line ends, and where a line is full. */
function wrap(text: readonly Character[], width: number): Character[][] {
  const lines: Character[][] = [[]]
  for (const character of text) {
    const line = lines.at(-1)
    line?.push(character)
    if (character.text === lineEnd || line?.length === width) lines.push([])
  }
  return lines.filter((line) => line.length > 0)
}

function colouredLine(line: readonly Character[]): string {
  return line.map(({ text, gain }) => paintGain(text, gain ?? 0)).join('')
}

function paintGain(text: string, gain: number): string {
  const { background, foreground } = stepOf(gain)
  return background === undefined ? text : paint(text, foreground, background)
}

function stepOf(gain: number): (typeof scale)[number] {
  return scale.find(({ least }) => gain >= least) ?? scale[6]
}

function plainLine(line: readonly Character[]): string {
  return line.map(({ text }) => text).join('')
}

function markLine(line: readonly Character[]): string {
  return line
    .map(({ gain }) => stepOf(gain ?? 0).mark)
    .join('')
    .trimEnd()
}

function rule(title: string, width: number): string {
  return `──${title}`.padEnd(width, '─')
}

function legend(coloured: boolean, width: number): string {
  const marks = 'Marks below the text: + predicted better than before, - worse (by 0.1 nats or more).'
  if (!coloured) return paragraph(marks, width)
  const examples = [2, 0.5, 0.2, 0, -0.2, -0.5, -2].map((gain) =>
    paintGain(gain === 0 ? ' the same ' : ' '.repeat(3), gain),
  )
  return `better ${examples.join('')} worse`
}
