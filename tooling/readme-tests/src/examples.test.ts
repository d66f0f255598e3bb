import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { openWorkbench, typeErrors } from './examples'

const { examples, remove } = openWorkbench()
afterAll(remove)

describe('the examples of the documents', () => {
  it('compile', () => {
    expect(typeErrors(examples)).toEqual([])
  })

  it('run, but for very few', () => {
    const shown = examples.filter(({ runs }) => !runs).map(({ place }) => place)
    // Two that would download a model, and two that are test files.
    expect(shown.length).toBeLessThanOrEqual(4)
    expect(examples.length - shown.length).toBeGreaterThan(0)
  })

  it.each(examples.filter(({ runs }) => runs))('$place prints something and ends well', async (example) => {
    // A non-zero exit or a process that does not end in time rejects, with all that it wrote.
    const { stdout } = await promisify(execFile)(process.execPath, [example.script], {
      cwd: example.folder,
      timeout: 300_000,
      // No other programs: an example that would download and compile something fails at once, as it must be able to.
      env: { ...process.env, PATH: '' },
    })
    expect(stdout.trim()).not.toBe('')
    expect(stdout).not.toMatch(/\b(NaN|undefined|Infinity)\b/)
  })
})
