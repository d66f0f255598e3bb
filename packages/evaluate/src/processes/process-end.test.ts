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

  it('tells the last lines, without those that TensorFlow always writes', () => {
    const words = `one
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795730779.549601   18974 port.cc:153] oneDNN custom operations are on. You may see slightly different results.
E0000 00:00:1795730779.549700   18974 op.cc:1] something is wrong
`
    expect(processEnd(1, null, words).message).toBe(
      'A process that computes units ended with exit code 1, after saying: one E0000 00:00:1795730779.549700   18974 ' +
        'op.cc:1] something is wrong.',
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
    const others = [
      '--inspect',
      '--inspect-brk=9229',
      '--import=tsx',
      '--cpu-prof',
      '--enable-source-maps',
      '-r',
    ]
    expect(memoryFlags([...others, ...memory])).toEqual(memory)
  })
})
