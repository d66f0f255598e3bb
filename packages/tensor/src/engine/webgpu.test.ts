import { afterEach, describe, expect, it, vi } from 'vitest'
import { webgpuProvider } from './webgpu'

const nothing = () => expect.fail('The engine should not be loaded.')

function withProcessor(requestAdapter: () => Promise<unknown>) {
  vi.stubGlobal('navigator', { gpu: { requestAdapter } })
}

describe('webgpuProvider', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('says that there is no WebGPU, and loads nothing', async () => {
    vi.stubGlobal('navigator', undefined)
    expect(await webgpuProvider(nothing).unavailable()).toEqual({
      problem: 'there is no WebGPU here.',
      commands: [],
    })
  })

  it.each([
    ['finds none', () => Promise.resolve(null)],
    ['fails', () => Promise.reject(new Error('lost'))],
  ])('says that there is no processor where the browser %s', async (_, requestAdapter) => {
    withProcessor(requestAdapter)
    expect((await webgpuProvider(nothing).unavailable())?.problem).toContain('no graphics processor')
  })

  it.each([{ info: { isFallbackAdapter: true } }, { isFallbackAdapter: true }])(
    'takes software only where that is allowed: %j',
    async (adapter) => {
      withProcessor(async () => adapter)
      expect((await webgpuProvider(nothing).unavailable())?.problem).toContain('imitated in software')
      expect(await webgpuProvider(nothing, { allowSoftware: true }).unavailable()).toBeUndefined()
    },
  )

  it('takes a processor', async () => {
    withProcessor(async () => ({ info: {} }))
    expect(await webgpuProvider(nothing).unavailable()).toBeUndefined()
  })
})
