import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Adapter, InnerModel } from '@tintjs/inner'
import { type EngineName, InputError } from '@tintjs/tensor'
import { useEngine } from '@tintjs/tensor/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registerHalfPrecision, registerSaving } from './contract/checkpoints'
import { type AdapterRefusal, registerConfigurations } from './contract/configurations'
import { registerConsistency } from './contract/consistency'
import { registerGradient } from './contract/gradient'
import { registerLiteral } from './contract/literal'
import { registerRightAnswers } from './contract/right-answers'
import { registerTensors } from './contract/tensors'
import { readFixture, readJsonFile } from './fixture'
import { configSubject, fixtureSubject, type Subject } from './subject'

export type { AdapterRefusal } from './contract/configurations'

/** What an adapter is tried on. */
export interface AdapterContract {
  /**
   * Folders of training steps with right answers, from an implementation that is not this one: see
   * `fixtureFolders`. Without any, a test fails and says how to make one.
   */
  readonly fixtures: readonly string[]
  /**
   * More configurations, by what tests call them, tried with random weights on all that needs no right answers. A
   * model of a few blocks and a width below 100 keeps tests quick.
   */
  readonly configs?: Readonly<Record<string, object>> | undefined
  /** What the adapter cannot do and must refuse; tried on the first fixture's configuration. */
  readonly refusals?: readonly AdapterRefusal[] | undefined
}

/** `TINT_ENGINE` names the engine; without it the fastest is taken that is there. */
const engine = (process.env.TINT_ENGINE ?? 'auto') as EngineName | 'auto'

/** In milliseconds; vitest's own 5 seconds are too few for the gradient of a model of some blocks. */
const timeout = 180_000

/**
 * Registers the vitest cases that every adapter must pass. Call it at the top of a test file.
 *
 * For each fixture: logits, losses and every updated weight against right answers, half precision, and all that follows.
 * For each fixture and each configuration: the exact gradient against the slope of the loss, `exact` against `tint` with
 * the same options, literal against fused execution where the construction has a simulator, a batch against its sequences
 * alone, learning rate 0, saving and loading, memory. For the configuration of the first fixture: refusals.
 *
 * @throws InputError for options that it does not know
 * @throws CheckpointError for a fixture that is not whole
 */
export function describeAdapter(adapter: Adapter, contract: AdapterContract): void {
  checkOptions(contract)
  const { fixtures, configs = {}, refusals = [] } = contract
  describe(`the adapter ${adapter.family}`, { timeout }, () => {
    beforeAll(async () => {
      await useEngine(engine)
    }, timeout)

    it('has a fixture', () => {
      expect(fixtures.length, howToMakeOne(adapter.family)).toBeGreaterThan(0)
    })

    const [first] = fixtures
    if (first !== undefined) {
      const config = readJsonFile(join(first, 'config.json')) as Readonly<Record<string, unknown>>
      describe('configurations', () => registerConfigurations(adapter, config, refusals))
    }
    for (const folder of fixtures) describeFixture(adapter, folder)
    for (const [name, config] of Object.entries(configs)) {
      describeSubject(name, () => configSubject(adapter, name, config), adapter)
    }
  })
}

function describeFixture(adapter: Adapter, folder: string): void {
  const fixture = readFixture(folder)
  const subject = fixtureSubject(adapter, fixture)
  registerTensors(adapter, fixture)
  describeSubject(
    fixture.name,
    () => subject,
    adapter,
    (model) => {
      registerRightAnswers(fixture, subject, model)
      registerHalfPrecision(adapter, folder, subject)
    },
  )
}

/** The cases that need no right answers, after those that do; one model serves all of them. */
function describeSubject(
  name: string,
  subjectOf: () => Subject,
  adapter: Adapter,
  registerMore: (model: () => InnerModel) => void = () => {},
): void {
  describe(name, () => {
    let loaded: InnerModel | undefined
    const model = (): InnerModel => {
      if (loaded !== undefined) return loaded
      throw new Error(`The model ${name} could not be loaded; see the first failure of this group.`)
    }
    const subject = subjectOf()

    beforeAll(async () => {
      loaded = await subject.load()
    }, timeout)
    afterAll(() => loaded?.dispose())

    registerMore(model)
    registerGradient(subject, model)
    registerLiteral(subject, model)
    registerConsistency(subject, model)
    registerSaving(adapter, subject, model)
  })
}

function checkOptions(contract: AdapterContract): void {
  const known = ['fixtures', 'configs', 'refusals']
  const unknown = Object.keys(contract).find((name) => !known.includes(name))
  if (unknown === undefined && Array.isArray(contract.fixtures)) return
  const found = unknown === undefined ? 'no list of fixtures' : `the option "${unknown}"`
  throw new InputError(
    `describeAdapter got ${found}; expected fixtures and, if need be, configs and refusals.`,
  )
}

function howToMakeOne(family: string): string {
  const script = relative(process.cwd(), fileURLToPath(new URL('../dist/make_fixtures.py', import.meta.url)))
  return (
    `There is no fixture of ${family}: nothing says that it computes what others compute. Make one, in ${process.cwd()}: ` +
    `python ${script} src/fixtures/one-step --model-type ${family}`
  )
}
