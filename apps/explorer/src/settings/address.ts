import * as z from 'zod'
import { defaultSettings, type Settings, settingsSchema } from './settings'

/** What an address says, and what of it could not be understood. */
export interface AddressSettings {
  readonly settings: Settings
  /** A sentence for each part that was not taken. */
  readonly problems: readonly string[]
}

type Name = keyof Settings

/** How the address spells each setting. */
const parameters: Readonly<Record<Name, string>> = {
  model: 'model',
  engine: 'engine',
  text: 'text',
  ownText: 'own',
  share: 'share',
  learningRate: 'rate',
  steps: 'steps',
  layers: 'layers',
  gradient: 'gradient',
  derivative: 'derivative',
  lossGradient: 'loss',
}

const names = Object.keys(parameters) as Name[]
const numeric: ReadonlySet<Name> = new Set<Name>(['share', 'learningRate', 'steps'])

/**
 * Reads the part of an address after its `#`, where no server sees it. What is left out is as on a first visit; what is
 * not valid is so too, with a sentence about it.
 */
export function settingsOfAddress(fragment: string): AddressSettings {
  const given = new URLSearchParams(fragment.replace(/^#/, ''))
  const problems: string[] = []
  const known = new Set(Object.values(parameters))
  const unknown = [...new Set(given.keys())].filter((name) => !known.has(name))
  if (unknown.length > 0) {
    problems.push(`The address has ${quoted(unknown)}, which this page does not know; it is left out.`)
  }
  const taken = names.flatMap((name) => {
    const text = given.get(parameters[name])
    if (text === null) return []
    const parsed = settingsSchema.shape[name].safeParse(spelledValue(name, text))
    if (parsed.success) return [[name, parsed.data]]
    problems.push(
      `The address has ${parameters[name]}=${text.slice(0, 40)}, which cannot be used: ${z.prettifyError(parsed.error).replace(/^✖ /, '')}. It is ${String(defaultSettings[name])} now.`,
    )
    return []
  })
  return { settings: settingsSchema.parse({ ...defaultSettings, ...Object.fromEntries(taken) }), problems }
}

/** The part of an address after `#` that {@link settingsOfAddress} reads as these settings; as a first visit is empty. */
export function addressOfSettings(settings: Settings): string {
  const pairs = names.flatMap((name) => {
    // The own text comes with the address only while it is shown.
    if (name === 'ownText' && settings.text !== 'own') return []
    return settings[name] === defaultSettings[name] ? [] : [[parameters[name], String(settings[name])]]
  })
  return new URLSearchParams(pairs as [string, string][]).toString()
}

function spelledValue(name: Name, text: string): unknown {
  if (numeric.has(name)) return text.trim() === '' ? text : Number(text)
  return name === 'layers' && text !== 'all' ? Number(text) : text
}

function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text.slice(0, 40)}"`).join(', ')
}
