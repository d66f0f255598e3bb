import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ToPage, ToWorker } from '../protocol/messages'
import { Connection, type MessagePartner, TaskFailure, TaskStopped } from './connection'

const cut = { pieces: [{ text: 'a', from: 0, to: 1 }], total: 1, tokens: 1 }

describe('the connection to the worker', () => {
  let channel: MessageChannel
  let received: ToWorker[]
  let connection: Connection
  const answer = (message: ToPage) => channel.port2.postMessage(message)
  const arrives = (count: number) => expect.poll(() => received.length).toBe(count)

  beforeEach(() => {
    channel = new MessageChannel()
    received = []
    channel.port2.onmessage = ({ data }) => received.push(data)
    connection = new Connection(channel.port1 as unknown as MessagePartner)
    channel.port1.start()
  })
  afterEach(() => channel.port1.close())

  it('gives a task’s progress and its result', async () => {
    const seen: string[] = []
    const onProgress = ({ doing }: { doing: string }) => seen.push(doing)
    const result = connection.run('tokens', { text: 'a' }, { onProgress })
    await arrives(1)
    expect(received).toEqual([{ kind: 'start', id: 0, task: 'tokens', input: { text: 'a' } }])
    answer({ kind: 'progress', id: 0, doing: 'cutting', done: 1, total: 2 })
    answer({ kind: 'progress', id: 7, doing: 'something else', done: 1, total: 2 })
    answer({ kind: 'done', id: 0, output: cut })
    expect(await result).toEqual(cut)
    expect(seen).toEqual(['cutting'])
  })

  it('takes no result of another form', async () => {
    const result = connection.run('tokens', { text: 'a' })
    await arrives(1)
    answer({ kind: 'done', id: 0, output: { ...cut, tokens: 'many' } })
    await expect(result).rejects.toThrow('tokens')
  })

  it('stops a task, and says that it was stopped', async () => {
    const stopper = new AbortController()
    const result = connection.run('tokens', { text: 'a' }, { signal: stopper.signal })
    await arrives(1)
    stopper.abort()
    await arrives(2)
    expect(received[1]).toEqual({ kind: 'stop', id: 0 })
    answer({ kind: 'stopped', id: 0 })
    await expect(result).rejects.toThrow(TaskStopped)
    await expect(connection.run('tokens', { text: 'a' }, { signal: stopper.signal })).rejects.toThrow(
      TaskStopped,
    )
    expect(received).toHaveLength(2)
  })

  it('tells the library’s messages from defects', async () => {
    const failures = [true, false].map((expected, id) => {
      const result = connection.run('tokens', { text: 'a' })
      answer({ kind: 'failed', id, message: 'It is too short.', expected })
      return result.catch((error: unknown) => error)
    })
    expect(await Promise.all(failures)).toEqual([
      new TaskFailure('It is too short.', true),
      new TaskFailure('It is too short.', false),
    ])
    expect((await failures[0]) as TaskFailure).toMatchObject({ expected: true })
  })
})
