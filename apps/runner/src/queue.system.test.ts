import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workForQueue } from './queue/queue-worker'
import { announceRun, queueName } from './queue/run-record'
import { runJson, runTint, temporaryFolder } from './test-support'

const folder = temporaryFolder()
const output = (name: string) => join(folder.path, name)
const samplesPath = (name: string) => join(output(name), 'samples.jsonl')
const samples = (name: string) => readFileSync(samplesPath(name), 'utf8')

const text = join(folder.path, 'storks.txt')
writeFileSync(text, 'The storks fly south in autumn, the cranes fly north in spring. '.repeat(24))

const perplexity = [
  ...['perplexity', '--model', 'opt-nano-bytes', '--text', text, '--context', '64', '--batch', '2'],
  ...['--train-fraction', '0.5,0.8', '--learning-rate', '3e-4,1e-3', '--engine', 'wasm', '--workers', '1'],
]

let server: ChildProcess
let address: string
let redis: Redis

/** A real Redis, which keeps nothing. */
beforeAll(async () => {
  const port = await freePort()
  address = `redis://localhost:${port}`
  server = spawn('redis-server', ['--port', `${port}`, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  })
  await new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('spawn', resolve)
  })
  redis = new Redis(address, { retryStrategy: () => 100, maxRetriesPerRequest: 100 })
  // It is not there at once.
  redis.on('error', () => {})
  await redis.ping()
  expect((await runTint([...perplexity, '--output', output('single')])).code).toBe(0)
})

afterAll(async () => {
  redis?.disconnect()
  server?.kill('SIGKILL')
  folder.remove()
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

const worker = (options: Parameters<typeof runTint>[1] = {}) =>
  runTint([...perplexity, '--queue', address, '--worker'], options)

const written = (name: string) => (existsSync(samplesPath(name)) ? statSync(samplesPath(name)).size : 0)

describe('a worker that leaves', () => {
  const run = { version: '1.0.0', command: 'perplexity', configuration: {} }
  const key = (name: string) => `tint:${queueName(run)}:${name}`
  const leave = async () => {
    const stopAnnouncing = await announceRun(redis, run)
    await stopAnnouncing(true)
    await workForQueue(address, {
      run,
      form: { shape: {} },
      runUnit: () => Promise.reject(new Error('There is no batch to compute.')),
      count: 1,
      signal: new AbortController().signal,
      onUnit: () => {},
    })
  }

  // BullMQ's look for lost batches writes both of them.
  const writeAgain = async () => {
    await redis.hset(key('meta'), 'opts.maxLenEvents', 10_000)
    await redis.set(key('stalled-check'), 1)
  }

  it('takes what it wrote after its run had removed the queue', async () => {
    await writeAgain()
    await leave()
    expect(await redis.keys(key('*'))).toEqual([])
    await redis.flushall()
  })

  it('leaves a queue alone that has batches, as the next run may have made it', async () => {
    await writeAgain()
    await redis.set(key('id'), 1)
    await leave()
    expect(await redis.keys(key('*'))).toEqual(expect.arrayContaining([key('id'), key('meta')]))
    await redis.flushall()
  })
})

describe('tint perplexity --queue', () => {
  it('gives the samples of a single run, byte by byte, though one of three workers is killed', async () => {
    const third = samples('single').length / 3
    const killed = worker({ interruptWhen: () => written('queued') >= third, interruptBy: 'SIGKILL' })
    const others = [worker(), worker()]
    const run = await runTint([...perplexity, '--queue', address, '--output', output('queued')])
    expect(run).toMatchObject({ code: 0 })
    expect(samples('queued')).toBe(samples('single'))
    expect((await killed).code).toBeNull()
    for (const { code, stderr } of await Promise.all(others)) {
      expect(code).toBe(0)
      expect(stderr).toMatch(/\d+ batches computed\n$/)
    }
    // Nothing is left but the note that tells late workers to go.
    expect((await redis.keys('*')).filter((key) => !key.startsWith('tint:record:'))).toEqual([])
    await redis.flushall()
  })

  it('goes on after the run itself was killed, with the same workers, and computes nothing twice', async () => {
    const path = output('resumed')
    const given = [...perplexity, '--queue', address, '--output', path]
    const helping = worker()
    const half = samples('single').length / 2
    const killed = await runTint(given, {
      interruptWhen: () => written('resumed') >= half,
      interruptBy: 'SIGKILL',
    })
    expect(killed.code).toBeNull()
    const run = await runTint([...given, '--resume'])
    expect(run).toMatchObject({ code: 0 })
    expect(samples('resumed')).toBe(samples('single'))
    const { stderr } = await helping
    const computed = Number(/(\d+) batches computed\n$/.exec(stderr)?.[1])
    // Twelve batches of nine tasks: one forward, and four steps for each of two ways.
    expect(computed).toBeGreaterThan(0)
    expect(computed).toBeLessThanOrEqual(12 * 9)
    await redis.flushall()
  })

  it('takes a stopped worker for no failure: its batch is computed by another one', async () => {
    const run = runTint([...perplexity, '--queue', address, '--output', output('left')])
    // More often than a batch may fail.
    for (let time = 0; time < 4; time++) {
      const before = written('left')
      const leaving = await worker({ interruptWhen: () => written('left') > before })
      expect(leaving.code).toBe(130)
    }
    const last = worker()
    expect(await run).toMatchObject({ code: 0 })
    expect(samples('left')).toBe(samples('single'))
    expect((await last).code).toBe(0)
    await redis.flushall()
  })

  it('hands out again what the Redis has lost', async () => {
    const third = samples('single').length / 3
    const helping = worker()
    let emptied = false
    const watch = setInterval(() => {
      if (emptied || written('emptied') < third) return
      emptied = true
      redis.flushall()
    }, 5)
    const run = await runTint([...perplexity, '--queue', address, '--output', output('emptied')])
    clearInterval(watch)
    expect(emptied).toBe(true)
    expect(run).toMatchObject({ code: 0 })
    expect(samples('emptied')).toBe(samples('single'))
    expect((await helping).code).toBe(0)
    await redis.flushall()
  })

  it('refuses a worker of another configuration, and says in what it differs', async () => {
    const run = runTint([...perplexity, '--queue', address, '--output', output('waiting')], {
      interruptWhen: () => existsSync(output('refused')),
    })
    while ((await redis.keys('tint:record:*')).length === 0) await new Promise((go) => setTimeout(go, 50))
    const other = await runTint([...perplexity, '--steps', '2', '--queue', address, '--worker'])
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another run than the one in the queue: steps is 1 there and 2 here/),
    })
    writeFileSync(output('refused'), '')
    const stopped = await run
    expect(stopped).toMatchObject({ code: 130 })
    expect(stopped.stderr).toMatch(
      /handing batches out through redis:\/\/localhost:\d+; workers are this command/,
    )
    expect(stopped.stderr).toMatch(/stopping; 0 of 240 samples are kept/)
    await redis.flushall()
  })

  it('gives one JSON object, and takes a worker that came first', async () => {
    const short = [...perplexity, '--limit', '2']
    const early = runJson([...short, '--queue', address, '--worker'])
    const report = await runJson([...short, '--queue', address, '--output', output('short')])
    expect((report.data as { contexts: number }).contexts).toBe(2)
    // One forward, and two rates at two fractions for each of two ways.
    expect(await early).toEqual({ batches: 9 })
    await redis.flushall()
  })

  it.each([
    [
      'no Redis',
      'redis://localhost:1',
      /The Redis at redis:\/\/localhost:1 cannot be reached \(ECONNREFUSED\)/,
    ],
    ['a password that is not shown', 'redis://me:secret@localhost:1', /at redis:\/\/localhost:1 cannot be/],
    [
      'a password with a character that ends a host',
      'redis://me:se/c@ret@localhost:1',
      /queue is "redis:\/\/localhost:1"; expected .* in a password as %2F and %40/,
    ],
    ['no address', 'localhost:6379', /queue is "localhost:6379"; expected the address of a Redis such as/],
  ])('says so where there is %s', async (_, wrong, words) => {
    for (const more of [['--worker'], ['--output', output('none')]]) {
      const { code, stderr } = await runTint([...perplexity, '--queue', wrong, ...more])
      expect(code).toBe(1)
      expect(stderr).toMatch(words)
    }
  })
})
