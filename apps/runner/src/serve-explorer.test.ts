import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runTint } from './test-support'

const script = fileURLToPath(new URL('../dist/tint.js', import.meta.url))

describe('tint serve-explorer', () => {
  it('serves the page and its models, nothing else, until Ctrl-C', async () => {
    const child = spawn(process.execPath, [script, 'serve-explorer', '--port', '0', '--json'])
    const ended = once(child, 'close')
    try {
      const [answer] = await once(child.stdout, 'data')
      const { url } = JSON.parse(String(answer))
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
      const page = await fetch(url)
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
      expect(await page.text()).toContain('<title>TinT explorer')
      const config = await fetch(`${url}gpt2-nano-bytes/config.json`)
      expect(await config.json()).toMatchObject({ model_type: 'gpt2' })
      expect((await fetch(`${url}..%2fpackage.json`)).status).toBe(404)
      expect((await fetch(`${url}nothing`)).status).toBe(404)
    } finally {
      child.kill('SIGINT')
    }
    expect(await ended).toEqual([130, null])
  })

  it('says so when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    try {
      const { code, stdout, stderr } = await runTint(['serve-explorer', '--port', String(port)])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toBe(
        `tint: Port ${port} of 127.0.0.1 is taken by another program; choose another one with --port, or --port 0 for any that is free.\n`,
      )
    } finally {
      other.close()
    }
  })

  it.each([
    [['--port', '70000'], '--port is 70000; expected a whole number from 0 to 65535.'],
    [['--host', '203.0.113.1', '--port', '0'], '--host is 203.0.113.1, which is no address of this machine'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runTint(['serve-explorer', ...args])
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })
})
