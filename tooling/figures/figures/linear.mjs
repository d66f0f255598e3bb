import { fill, inSlots, stateFigure, weightSlots } from '../state.mjs'

const headColumns = (heading) => [
  [heading, 100],
  ['query at t', 110],
  ['key at j', 120],
  ['value at j', 120],
  ['result at t: the sum over j of (q · k) v', 330],
  ['added to', 120],
]

export const linearForward = stateFigure({
  title: 'Linear forward: tokens read prefixes',
  description:
    'Three states. The prefixes hold rows w and the bias b, tokens hold x in slot 0. A cross-head linear moves x to slot 3. Then linear attention with x as query, rows as keys and one-hots as values writes y = W x + b to slot 0; x stays in slot 3.',
  kinds: ['weights', 'signal', 'memory', 'zero'],
  attention: true,
  parts: [
    {
      panels: [
        {
          caption: ['brought in', 'weights, and x'],
          prefixes: weightSlots(),
          tokens: inSlots({ 0: fill('signal', 'x') }),
        },
        {
          caption: ['1 cross-head linear', 'makes room for y'],
          prefixes: weightSlots({ rows: 'k', bias: 'v' }),
          tokens: inSlots({ 3: fill('memory', 'x', { reads: 'q', written: true }) }),
        },
        {
          caption: ['2 linear attention', 'tokens read prefixes'],
          prefixes: weightSlots(),
          tokens: inSlots({ 0: fill('signal', 'y = W x + b', { written: true }), 3: fill('memory', 'x') }),
          flow: 'tokens read',
        },
      ],
    },
    {
      columns: headColumns('heads'),
      rows: [
        [
          '(0, i)',
          'x[i]',
          'w_{j}[i]',
          'e_{j}',
          '*(x[i] · w*_{j}*[i])* at coordinate j, all j at once',
          'part 0',
        ],
        ['(1, i)', 'x[i]', 'w_{K+j}[i]', 'e_{j}', '*(x[i] · w*_{K+j}*[i])* at coordinate j', 'part 1'],
        ['(2, i)', 'x[i]', 'w_{2K+j}[i]', 'e_{j}', '*(x[i] · w*_{2K+j}*[i])* at coordinate j', 'part 2'],
        ['(3, i) bias', 'e_{0}', 'e_{j}', 'b[i] at j = 0', '*b[i]*, from prefix 0 alone', 'part i'],
      ],
    },
  ],
})

export const linearBackward = stateFigure({
  title: 'Linear backward and descent',
  description:
    'Backward: tokens hold dy in slot 0, and read the rows from the prefixes, weighted with the numbers of dy; slot 0 becomes dx. Descent: prefixes read dy and x from the tokens, and their rows change.',
  kinds: ['weights', 'memory', 'gradient', 'zero'],
  attention: true,
  parts: [
    {
      heading: [
        ['Backward: dx = W^T dy', 0],
        ['Descent: W ← W − η Σ_t dy_t x_t^T', 2],
      ],
    },
    {
      panels: [
        {
          caption: ['brought in', 'weights, and dy'],
          prefixes: weightSlots({ rows: 'v' }),
          tokens: inSlots({ 0: fill('gradient', 'dy', { reads: 'q' }) }),
        },
        {
          caption: ['1 linear attention', 'tokens read prefixes'],
          prefixes: weightSlots(),
          tokens: inSlots({ 0: fill('gradient', 'dx = W^T dy', { written: true }) }),
          flow: 'tokens read',
        },
        {
          starts: true,
          caption: ['brought in', 'weights, dy and x'],
          prefixes: weightSlots(),
          tokens: inSlots({
            0: fill('gradient', 'dy', { reads: 'vk' }),
            3: fill('memory', 'x', { reads: 'v' }),
          }),
        },
        {
          caption: ['1 linear attention', 'prefixes read tokens'],
          prefixes: weightSlots({ written: true, mark: '′' }),
          tokens: inSlots({ 0: fill('gradient', 'dy'), 3: fill('memory', 'x') }),
          flow: 'prefixes read',
        },
      ],
    },
    {
      columns: headColumns('backward'),
      rows: [
        [
          'heads (s, i)',
          'dy[s]',
          'e_{j}',
          'w_{sK+j}[i]',
          'the sum over j of *dy*_{sK+j} *w*_{sK+j}*[i]*',
          'part i',
        ],
      ],
    },
    {
      columns: [
        ['descent', 100],
        ['query at j', 110],
        ['key at t', 120],
        ['value at t', 120],
        ['result at j: the sum over t of (q · k) v', 330],
        ['added to', 120],
      ],
      rows: [
        [
          'heads (s, i)',
          'e_{j}',
          'dy_{t}[s]',
          '−η x_{t}[i]',
          '*−η Σ*_{t} *dy*_{t, sK+j} *x*_{t}*[i]*',
          'w_{sK+j}[i]',
        ],
        [
          '(3, i) bias',
          'e_{j}',
          'e_{0}',
          '−η dy_{t}[i]',
          '*−η Σ*_{t} *dy*_{t}*[i]* at j = 0, nothing elsewhere',
          'b[i]',
        ],
      ],
    },
  ],
})
