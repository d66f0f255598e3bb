import { InputError } from '@tintjs/tensor'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { messageFor } from './failures'

afterEach(() => vi.unstubAllEnvs())

it('tells a defect of the program from a mistake of its user and from what the system refuses', () => {
  expect(messageFor(new InputError('The rate is -1; expected 0 or more.')).message).toBe(
    'The rate is -1; expected 0 or more.',
  )
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  })
  expect(messageFor(full).message).toBe('ENOSPC: no space left on device, write')
  const defect = messageFor(new TypeError('x is not a function\nat nowhere'))
  expect(defect.message).toMatch(/^unexpected failure: x is not a function.* This is a defect of the program/)
  expect(defect.message).not.toContain('\n')
  expect(defect.exitCode).toBe(1)
  expect(messageFor('thrown text').message).toMatch(/^unexpected failure: thrown text\./)
})

it('shows the stack to those who ask for it', () => {
  vi.stubEnv('TINT_DEBUG', '1')
  expect(messageFor(new TypeError('x is not a function')).message).toMatch(/\n\s+at /)
})

describe('what is told about a failure', () => {
  it('is what to do where an engine has no memory left', () => {
    const wasm = new WebAssembly.RuntimeError('memory access out of bounds')
    expect(messageFor(wasm)).toEqual({
      message: expect.stringMatching(/^the WASM engine ran out of memory.*; take a smaller batch/),
      exitCode: 1,
    })
    // As tfjs-node says it, and as it comes from a worker process.
    const native = new Error(
      'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[4096,4,128,128] and type float on /job:x',
    )
    expect(messageFor(native).message).toBe(
      'TensorFlow found no memory for a tensor of the shape [4096,4,128,128]; take a smaller batch, shorter texts or a smaller model, or fewer workers.',
    )
  })

  it('is that of a defect for all else', () => {
    expect(messageFor(new TypeError('x is not a function')).message).toMatch(/^unexpected failure: x is not/)
  })
})
