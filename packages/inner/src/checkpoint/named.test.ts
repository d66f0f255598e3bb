import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hubSettings } from './hub/settings'
import { checkpointSource } from './named'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inner-named-'))
})
afterEach(() => rm(folder, { recursive: true }))

const local = () => ({ localFilesOnly: true, cacheFolder: folder })

describe('checkpointSource', () => {
  it('takes a folder, and whatever looks like a path', async () => {
    expect((await checkpointSource(folder)).name).toBe(folder)
    expect((await checkpointSource('src')).name).toBe('src')
    for (const path of ['./none', '../none', '.\\none', 'models\\none', join(folder, 'none')]) {
      const source = await checkpointSource(path)
      await expect(source.list()).rejects.toThrow(`The model folder ${path} does not exist`)
    }
    expect((await checkpointSource('~/none')).name).toBe(`${homedir()}/none`)
  })

  it('takes an id of the hub where there is no such folder', async () => {
    await expect(checkpointSource('owner/none', local())).rejects.toThrow(
      /^There is no folder owner\/none, so the hub was asked: owner\/none \(revision main\) is not complete in/,
    )
  })

  it('says what a file is, and what is neither', async () => {
    const file = join(folder, 'model.safetensors')
    await writeFile(file, '')
    await expect(checkpointSource(file)).rejects.toThrow(
      `${file} is a file; expected the folder with config.json and the weights, such as ${folder}.`,
    )
    await expect(checkpointSource('a/b/c', local())).rejects.toThrow(
      'There is no folder a/b/c, and it is not the id of a model on the hub either',
    )
  })
})

describe('hubSettings', () => {
  it('finds the cache where the libraries of Hugging Face have it', () => {
    const at = (environment: Record<string, string>) => hubSettings({}, environment).cacheFolder
    expect(at({})).toBe(join(homedir(), '.cache', 'huggingface', 'hub'))
    expect(at({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'huggingface', 'hub'))
    expect(at({ XDG_CACHE_HOME: '/x', HF_HOME: '/h' })).toBe(join('/h', 'hub'))
    expect(at({ HF_HOME: '/h', HF_HUB_CACHE: '/c' })).toBe('/c')
    expect(hubSettings({ cacheFolder: '/own' }, { HF_HUB_CACHE: '/c' }).cacheFolder).toBe('/own')
  })

  it('reads the other variables, which options override', () => {
    const environment = { HF_TOKEN: ' t\n', HF_ENDPOINT: 'https://mirror/', HF_HUB_OFFLINE: '1' }
    expect(hubSettings({}, environment)).toMatchObject({
      token: 't',
      endpoint: 'https://mirror',
      localFilesOnly: true,
      revision: 'main',
      tokenizer: false,
    })
    const own = { token: 'own', endpoint: 'https://own', localFilesOnly: false }
    expect(hubSettings(own, environment)).toMatchObject(own)
    expect(hubSettings({}, {})).toMatchObject({
      token: undefined,
      endpoint: undefined,
      localFilesOnly: false,
    })
  })
})
