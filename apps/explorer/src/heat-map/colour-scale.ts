type Colour = readonly [red: number, green: number, blue: number]

interface Palette {
  readonly zero: Colour
  readonly positive: readonly Colour[]
  readonly negative: readonly Colour[]
}

/** Blue above zero, orange below, and the page's own colour at zero: told apart by any colour vision, on any screen. */
const light: Palette = {
  zero: [250, 251, 252],
  positive: [
    [160, 200, 243],
    [31, 104, 189],
    [8, 40, 92],
  ],
  negative: [
    [255, 205, 148],
    [200, 96, 8],
    [96, 40, 0],
  ],
}

const dark: Palette = {
  zero: [22, 26, 31],
  positive: [
    [30, 82, 138],
    [98, 173, 255],
    [224, 240, 255],
  ],
  negative: [
    [120, 66, 16],
    [255, 158, 87],
    [255, 236, 217],
  ],
}

/**
 * How large numbers are: what all but a thousandth of them stay below, so that a few very large ones do not make all others
 * the same.
 *
 * @returns above 0
 */
export function magnitudeOf(values: Float32Array): number {
  const sizes = values
    .filter((value) => value !== 0 && Number.isFinite(value))
    .map(Math.abs)
    .sort()
  const size = sizes[Math.ceil(0.999 * (sizes.length - 1))] ?? 0
  return size > 0 ? size : 1
}

/**
 * Colours numbers by sign and size; the root of the size, so that small ones are seen beside large ones.
 *
 * @param magnitude what is as strong as can be
 * @returns red, green, blue and alpha of each
 */
export function colourNumbers(
  values: ArrayLike<number>,
  magnitude: number,
  isDark: boolean,
): Uint8ClampedArray<ArrayBuffer> {
  const palette = isDark ? dark : light
  const pixels = new Uint8ClampedArray(values.length * 4)
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0
    const [red, green, blue] = colourOf(value, magnitude, palette)
    pixels.set([red, green, blue, 255], index * 4)
  }
  return pixels
}

function colourOf(value: number, magnitude: number, { zero, positive, negative }: Palette): Colour {
  const strength = Math.min(1, Math.sqrt(Math.abs(value) / magnitude))
  const stops = [zero, ...(value < 0 ? negative : positive)]
  const place = strength * (stops.length - 1)
  const below = Math.min(stops.length - 2, Math.floor(place))
  const [from = zero, to = zero] = [stops[below], stops[below + 1]]
  const share = place - below
  const mix = (channel: 0 | 1 | 2) => from[channel] + share * (to[channel] - from[channel])
  return [mix(0), mix(1), mix(2)]
}
