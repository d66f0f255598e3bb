import { describe, expect, it } from 'vitest'
import { memoryFlags } from './memory-flags'
import { adviceFor, processEnd } from './process-end'

describe('processEnd', () => {
  it('finds that the heap was full before the frames that V8 prints', () => {
    const frames = Array.from({ length: 20 }, (_, index) => `${index}: 0xb8d0a3 node::OOMErrorHandler`)
    const words = `FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n${frames.join('\n')}`
    const end = processEnd(null, 'SIGABRT', words)
    expect(end.message).toBe('A process that computes units ran out of JavaScript heap memory.')
    expect(adviceFor(end, 2, true)).toMatch(/^Give each process more of it, .* for 8 GiB\.$/)
  })

  it('tells the last lines, without what TensorFlow says of itself', () => {
    const words = `one
2026-11-26 21:43:13.123456: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on. You may see slightly
2026-11-26 21:43:13.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is optimized to use
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow with the appropriate compiler flags.
2026-11-26 21:43:13.123456: E tensorflow/core/framework/op.cc:1] something is wrong
`
    expect(processEnd(1, null, words).message).toBe(
      'A process that computes units ended with exit code 1, after saying: one 2026-11-26 21:43:13.123456: E ' +
        'tensorflow/core/framework/op.cc:1] something is wrong.',
    )
  })

  it.each([
    ['SIGKILL', 'memory'],
    ['SIGABRT', 'memory'],
    ['SIGTERM', undefined],
    ['SIGSEGV', undefined],
  ] as const)('takes %s for a lack of %s', (signal, lack) => {
    expect(processEnd(null, signal, '')).toMatchObject({
      lack,
      message: `A process that computes units was ended by ${signal}.`,
    })
  })
})

describe('memoryFlags', () => {
  it('takes those about memory, however they are spelled, and no others', () => {
    const memory = [
      '--max-old-space-size=4096',
      '--max_old_space_size=4096',
      '--max-old-space-size-percentage=50',
      '--max-semi-space-size=64',
      '--min-semi-space-size=16',
      '--max-heap-size=8192',
      '--initial-heap-size=100',
      '--stack-size=2000',
    ]
    const others = ['--inspect', '--inspect-brk=9229', '--import=tsx', '--cpu-prof', '--enable-source-maps', '-r']
    expect(memoryFlags([...others, ...memory])).toEqual(memory)
  })
})
