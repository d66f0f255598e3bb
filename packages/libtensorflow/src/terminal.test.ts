import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { streamReporter } from './terminal.js'

/** A stream that keeps what is written to it. */
function stream(isTTY: boolean) {
  const chunks: string[] = []
  const writable = new Writable({
    write(chunk, _encoding, next) {
      chunks.push(String(chunk))
      next()
    },
  })
  Object.assign(writable, { isTTY, columns: 120, rows: 40 })
  return { writable: writable as unknown as NodeJS.WriteStream, text: () => chunks.join('') }
}

it('writes plain lines at every quarter where there is no terminal', () => {
  const { writable, text } = stream(false)
  const reporter = streamReporter(writable)
  for (const done of [0, 1, 10, 26, 30, 80, 99, 100]) reporter.progress('Unpacking', done * 1e6, 100e6)
  reporter.line('Done.')
  expect(text()).toBe('Unpacking (100 MB)\nUnpacking: 25 %\nUnpacking: 75 %\nUnpacking: 100 %\nDone.\n')
})

it('draws a bar on a terminal and ends it before a line', () => {
  const { writable, text } = stream(true)
  const reporter = streamReporter(writable)
  reporter.progress('Unpacking', 0, 100e6)
  reporter.progress('Unpacking', 100e6, 100e6)
  reporter.progress('Checking', 50e6, 100e6)
  reporter.line('Done.')
  expect(text()).toMatch(/Unpacking .*100 % of 100 MB/)
  expect(text()).toMatch(/Checking .*50 % of 100 MB.*\n.*Done\.\n$/s)
})
