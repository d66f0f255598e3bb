import { fill, inSlots, stateFigure } from '../state.mjs'

export const activation = stateFigure({
  title: 'Activation: forward and backward',
  description:
    'Forward: x is moved to slot 3, and an MLP writes f(x) to slot 0. Backward by a difference: the hidden layer of an MLP has f(x + dy/N) in slot 0 and f(x − dy/N) in slot 1, and its second layer subtracts them. Backward of ReLU: a gated unit multiplies dy with the slope at x.',
  kinds: ['signal', 'memory', 'gradient', 'zero'],
  parts: [
    { heading: [['Forward: y = f(x)', 0]] },
    {
      panels: [
        { caption: ['brought in', 'x'], tokens: inSlots({ 0: fill('signal', 'x') }) },
        {
          caption: ['1 cross-head linear', 'makes room for y'],
          tokens: inSlots({ 3: fill('memory', 'x', { written: true }) }),
        },
        {
          caption: ['2 MLP', 'adds f(slot 3)'],
          tokens: inSlots({ 0: fill('signal', 'f(x)', { written: true }), 3: fill('memory', 'x') }),
        },
      ],
    },
    { heading: [['Backward, smooth: dx = N/2 (f(x + dy/N) − f(x − dy/N))', 0]] },
    {
      panels: [
        {
          caption: ['brought in', 'dy, and x as kept'],
          tokens: inSlots({ 0: fill('gradient', 'dy'), 3: fill('memory', 'x') }),
        },
        {
          caption: ['inside the MLP', 'after its first layer'],
          tokens: inSlots({ 0: fill('signal', 'x + dy/N'), 1: fill('signal', 'x − dy/N') }),
        },
        {
          caption: ['inside the MLP', 'after the activation'],
          tokens: inSlots({ 0: fill('signal', 'f(x + dy/N)'), 1: fill('signal', 'f(x − dy/N)') }),
        },
        {
          caption: ['1 MLP', 'N/2 (slot 0 − slot 1)'],
          tokens: inSlots({ 0: fill('gradient', 'dx', { written: true }) }),
        },
      ],
    },
    { heading: [['Backward, ReLU: dx = f′(x) dy, exactly', 0]] },
    {
      panels: [
        {
          caption: ['brought in', 'dy, and x as kept'],
          tokens: inSlots({ 0: fill('gradient', 'dy'), 3: fill('memory', 'x') }),
        },
        {
          caption: ['1 gated unit', 'gate: slope at slot 3'],
          tokens: inSlots({ 0: fill('gradient', 'dx', { written: true }) }),
        },
      ],
    },
  ],
})
