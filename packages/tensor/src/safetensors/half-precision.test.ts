import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './half-precision'

const all = Uint16Array.from({ length: 65_536 }, (_, pattern) => pattern)
const asNumbers = (patterns: Uint32Array) => new Float32Array(patterns.buffer)
const asPatterns = (...values: number[]) => new Uint32Array(Float32Array.from(values).buffer)

const formats = [
  { name: 'F16', decode: decodeFloat16, encode: encodeFloat16, exponentBits: 5, mantissaBits: 10 },
  { name: 'BF16', decode: decodeBfloat16, encode: encodeBfloat16, exponentBits: 8, mantissaBits: 7 },
]

describe.each(formats)('$name', ({ decode, encode, exponentBits, mantissaBits }) => {
  const widened = new Uint32Array(all.length)
  decode(all, widened)
  const values = asNumbers(widened)
  const largestExponent = 2 ** exponentBits - 1
  const bias = 2 ** (exponentBits - 1) - 1

  /** The value of a pattern by the definition of IEEE 754. */
  function numberOf(pattern: number): number {
    const sign = pattern >= 0x8000 ? -1 : 1
    const exponent = (pattern >>> mantissaBits) & largestExponent
    const mantissa = pattern & (2 ** mantissaBits - 1)
    if (exponent === largestExponent) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
    if (exponent === 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits)
    return sign * (1 + mantissa / 2 ** mantissaBits) * 2 ** (exponent - bias)
  }

  test('all 65,536 patterns decode to their value', () => {
    const wrong = [...all].filter((pattern) => !Object.is(values[pattern], numberOf(pattern)))
    expect(wrong).toEqual([])
  })

  test('all 65,536 patterns come back; only NaN becomes quiet', () => {
    const back = new Uint16Array(all.length)
    encode(widened, back)
    const quiet = 2 ** (mantissaBits - 1)
    const expected = all.map((pattern) => (Number.isNaN(numberOf(pattern)) ? pattern | quiet : pattern))
    expect(back).toEqual(expected)
  })

  test('between two neighbours the nearer one is taken, in the middle the even one', () => {
    const infinity = largestExponent << mantissaBits
    // The value that the next pattern would have if the exponents went on decides what rounds to infinity.
    const next = (pattern: number) => (pattern + 1 === infinity ? 2 ** (bias + 1) : numberOf(pattern + 1))
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: infinity - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (low, share) => {
          const [below, above] = [numberOf(low), next(low)]
          const value = Math.fround(below + share * (above - below))
          const [upward, downward] = [above - value, value - below]
          const even = low % 2 === 0 ? low : low + 1
          const expected = upward === downward ? even : upward < downward ? low + 1 : low
          const target = new Uint16Array(2)
          encode(asPatterns(value, -value), target)
          return target[0] === expected && target[1] === (expected | 0x8000)
        },
      ),
      { numRuns: 20_000 },
    )
    for (let low = 0; low < infinity; low++) {
      const middle = (numberOf(low) + next(low)) / 2
      if (Math.fround(middle) !== middle) continue
      const target = new Uint16Array(1)
      encode(asPatterns(middle), target)
      if (target[0] !== low + (low % 2)) expect.fail(`the middle above ${low} became ${target[0]}`)
    }
  })

  test('a NaN whose payload lies in the dropped bits stays NaN', () => {
    const target = new Uint16Array(2)
    encode(Uint32Array.of(0x7f80_0001, 0xff80_0001), target)
    expect([...target].map(numberOf)).toEqual([Number.NaN, Number.NaN])
  })
})
