import { describe, expect, it } from 'vitest'
import { missingBrowser } from './launch'

describe('missingBrowser', () => {
  it('is a reason to skip for a person, and an error where the repository is guarded', () => {
    const nowhere = { PATH: '' }
    expect(missingBrowser(nowhere)).toContain('There is no Chromium here')
    expect(missingBrowser({ ...nowhere, CI: 'false' })).toContain('There is no Chromium here')
    expect(() => missingBrowser({ ...nowhere, CI: '1' })).toThrow('There is no Chromium here')
    expect(missingBrowser({ CHROME_PATH: process.execPath })).toBeUndefined()
  })
})
