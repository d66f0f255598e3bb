import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolder, smallConfig, temporaryFolder } from './test-support'

let folder: string
beforeAll(() => {
  folder = temporaryFolder()
})
afterAll(() => removeFolder(folder))

/** Saves with the built package, and does something in the middle, when the first tensor is written. */
const script = (inTheMiddle: string) => `
  import { writeSync } from 'node:fs'
  import { constructTint, planTint } from '@tintjs/construct'
  import { saveTint } from '@tintjs/construct/node'
  import { initialiseInnerModel } from '@tintjs/inner'
  import { gpt2 } from '@tintjs/inner-gpt2'
  import { useEngine } from '@tintjs/tensor/node'
  await useEngine('cpu')
  const model = initialiseInnerModel(gpt2, ${JSON.stringify(smallConfig)})
  const onProgress = () => {
    writeSync(1, 'half')
    ${inTheMiddle}
  }
  await saveTint(constructTint(model, planTint(model.description)), process.argv[1], { onProgress })
`

/** Runs a script until it ends; kills it at once when it has written something. */
function run(
  inTheMiddle: string,
  place: string,
  kill: boolean,
): Promise<{ code: number | null; written: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script(inTheMiddle), place], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let written = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    written += text
    if (kill) child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, written }))
  })
}

describe('a process that ends while it saves', () => {
  it('leaves no folder of this name when it is killed', async () => {
    const waiting = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30_000)'
    const { code, written } = await run(waiting, join(folder, 'killed'), true)
    expect([code, written]).toEqual([null, 'half'])
    // What cannot be prevented: the hidden folder in which it was writing.
    expect(readdirSync(folder).filter((name) => !/^\.killed\..*\.tmp$/.test(name))).toEqual([])
  })

  it('leaves nothing when it exits', async () => {
    const { code, written } = await run('process.exit(3)', join(folder, 'left'), false)
    expect([code, written]).toEqual([3, 'half'])
    expect(readdirSync(folder).filter((name) => name.includes('left'))).toEqual([])
  })
})
