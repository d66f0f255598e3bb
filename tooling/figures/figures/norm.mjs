import { fill, inSlots, stateFigure } from '../state.mjs'

const scales = (options = {}) => {
  const { rows = '', bias = '' } = options
  return [0, 1, 2, 3].map((slot) =>
    slot === 3
      ? fill('weights', options.learned ? 'b′' : 'b', { reads: bias, written: options.learned })
      : fill('weights', ['γ_{j}', 'γ_{K+j}', 'γ_{2K+j}'][slot], { reads: rows }),
  )
}

export const norm = stateFigure({
  title: 'Norm: forward, backward and descent',
  description:
    'Forward: x is copied to slot 3, slot 0 is normalised and moved to slot 2, and a linear attention with a diagonal of scales writes y to slot 0. Backward: dy goes through the scales and becomes g; two arguments x + g/N and x − g/N are normalised side by side and subtracted. Descent: the prefixes read dy into the bias.',
  kinds: ['weights', 'signal', 'memory', 'gradient', 'zero'],
  attention: true,
  parts: [
    { heading: [['Forward: y = γ n(x) + b', 0]] },
    {
      panels: [
        {
          caption: ['brought in', 'diag(γ), and x'],
          prefixes: scales(),
          tokens: inSlots({ 0: fill('signal', 'x') }),
        },
        {
          caption: ['1, 2 copy, norm', 'group norm of slot 0'],
          prefixes: scales(),
          tokens: inSlots({
            0: fill('signal', 'n(x)', { written: true }),
            3: fill('memory', 'x', { written: true }),
          }),
        },
        {
          caption: ['3 cross-head linear', 'makes room for y'],
          prefixes: scales({ rows: 'k', bias: 'v' }),
          tokens: inSlots({
            2: fill('memory', 'n(x)', { reads: 'q', written: true }),
            3: fill('memory', 'x'),
          }),
        },
        {
          caption: ['4 linear attention', 'as linear forward'],
          prefixes: scales(),
          tokens: inSlots({
            0: fill('signal', 'y', { written: true }),
            2: fill('memory', 'n(x)'),
            3: fill('memory', 'x'),
          }),
          flow: 'tokens read',
        },
      ],
    },
    { heading: [['Backward: g = γ dy, then dx = N/2 (n(x + g/N) − n(x − g/N))', 0]] },
    {
      panels: [
        {
          caption: ['1 make room', 'dy and x were brought'],
          prefixes: scales({ rows: 'v' }),
          tokens: inSlots({
            1: fill('gradient', 'dy', { reads: 'q', written: true }),
            3: fill('memory', 'x'),
          }),
        },
        {
          caption: ['2 linear attention', 'as linear backward'],
          prefixes: scales(),
          tokens: inSlots({
            0: fill('gradient', 'g', { written: true }),
            1: fill('gradient', 'dy'),
            3: fill('memory', 'x'),
          }),
          flow: 'tokens read',
        },
        {
          caption: ['3, 4 both arguments', 'and group norm of each'],
          prefixes: scales(),
          tokens: inSlots({
            0: fill('signal', 'n(x + g/N)', { written: true }),
            1: fill('signal', 'n(x − g/N)', { written: true }),
          }),
        },
        {
          caption: ['5 cross-head linear', 'N/2 (slot 0 − slot 1)'],
          prefixes: scales(),
          tokens: inSlots({ 0: fill('gradient', 'dx', { written: true }) }),
        },
      ],
    },
    { heading: [['Descent: b ← b − η Σ_t dy_t', 0]] },
    {
      panels: [
        {
          caption: ['brought in', 'diag(γ), and dy'],
          prefixes: scales(),
          tokens: inSlots({ 0: fill('gradient', 'dy', { reads: 'v' }) }),
        },
        {
          caption: ['1 linear attention', 'prefixes read tokens'],
          prefixes: scales({ learned: true }),
          tokens: inSlots({ 0: fill('gradient', 'dy') }),
          flow: 'prefixes read',
        },
      ],
    },
  ],
})
