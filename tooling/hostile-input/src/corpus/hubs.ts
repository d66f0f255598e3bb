import { checkpointFolder } from '../building/checkpoint'
import type { HostileCase, HostileGroup } from '../hostile-case'
import { hubBehaviour } from '../hub-way'

function hub(name: string, what: string, behaviour: object, words: RegExp): HostileCase {
  const content = () => ({ ...checkpointFolder(), [hubBehaviour]: JSON.stringify(behaviour) })
  return { name: `hub-${name}`, what, way: 'hub', content, error: 'CheckpointError', words }
}

/** Hubs that say what they should not. */
export const hubs: HostileGroup = {
  title: 'A hub',
  cases: [
    hub(
      'commit',
      'names a commit that is a path',
      { answers: { commit: '../../../../canary' } },
      /an answer about owner\/tiny that is not understood/,
    ),
    hub(
      'path',
      'lists files outside of the repository',
      { answers: { entry: { path: '../../canary' } } },
      /There is no config\.json in owner\/tiny/,
    ),
    hub(
      'digest',
      'names a content by a path',
      { answers: { entry: { oid: '../../canary', lfs: { oid: '../../canary', size: 1, pointerSize: 1 } } } },
      /an answer about owner\/tiny that is not understood/,
    ),
    hub(
      'size',
      'tells a size of 2^60',
      { answers: { entry: { size: 2 ** 60 } } },
      /an answer about owner\/tiny that is not understood/,
    ),
    hub(
      'page',
      'answers with a page',
      { page: '<html>' },
      /The answer of .* about owner\/tiny cannot be read/,
    ),
    hub(
      'corrupt',
      'changes a byte of the weights each time',
      { corrupt: { times: 100 } },
      /model\.safetensors/,
    ),
  ],
}
