import { describe, expect, it } from 'vitest'
import { addressOfSettings, settingsOfAddress } from './address'
import { defaultSettings, type Settings } from './settings'

describe('the settings in the address', () => {
  it('are those of a first visit where it has none', () => {
    expect(settingsOfAddress('')).toEqual({ settings: defaultSettings, problems: [] })
    expect(addressOfSettings(defaultSettings)).toBe('')
  })

  it('come back as they were', () => {
    const settings: Settings = {
      model: 'opt-nano-bytes',
      engine: 'wasm',
      text: 'own',
      ownText: 'Größe & Maß = 3 %;\n#zwei 🙂',
      share: 0.25,
      learningRate: 1e-5,
      steps: 3,
      layers: 2,
      gradient: 'exact',
      derivative: 'forward:1000',
      lossGradient: 'quad',
    }
    expect(settingsOfAddress(`#${addressOfSettings(settings)}`)).toEqual({ settings, problems: [] })
  })

  it('leave an own text out that is not shown', () => {
    const settings: Settings = { ...defaultSettings, ownText: 'a secret' }
    expect(addressOfSettings(settings)).toBe('')
  })

  it.each([
    'rate=fast',
    'rate=-1',
    'rate=',
    'rate=Infinity',
    'share=1',
    'steps=1.5',
    'steps=1000000',
    'layers=some',
    'gradient=constructor',
    'model=../secret',
  ])('say what is wrong with %s, and take all others', (wrong) => {
    const { settings, problems } = settingsOfAddress(`#${wrong}&loss=quad`)
    expect(settings).toEqual({ ...defaultSettings, lossGradient: 'quad' })
    expect(problems).toEqual([expect.stringContaining(`The address has ${wrong}`)])
  })

  it('say what the page does not know', () => {
    expect(settingsOfAddress('#colour=red').problems).toEqual([expect.stringContaining('"colour"')])
  })
})
