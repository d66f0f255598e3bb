import { describe, expect, it } from 'vitest'
import { messageFor } from './failures'

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
