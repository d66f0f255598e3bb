import { InputError } from '@tintjs/tensor'
import { Redis } from 'ioredis'

/** In front of every key, so that a Redis can serve others too. */
export const prefix = 'tint'

/** How long the first connection may take, in milliseconds. */
const patience = 5000

/**
 * Connects to a Redis. Lost connections are made again; the first one has to work.
 *
 * @param address `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS
 * @returns the caller's to disconnect
 * @throws InputError when there is none
 */
export async function connectRedis(address: string): Promise<Redis> {
  if (!/^rediss?:\/\/[^/]+/.test(address) || !URL.canParse(address)) {
    throw new InputError(
      `The queue is "${withoutPassword(address)}"; expected the address of a Redis such as redis://localhost:6379, ` +
        'with characters such as / and @ in a password as %2F and %40.',
    )
  }
  let connected = false
  const redis = new Redis(address, {
    lazyConnect: true,
    connectTimeout: patience,
    // As BullMQ asks for: its commands wait for the connection to come back.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (connected ? Math.min(1000 * attempt, 10_000) : null),
  })
  let cause = 'no answer'
  redis.on('error', (error) => {
    cause = (error as NodeJS.ErrnoException).code ?? error.message
  })
  try {
    await redis.connect()
    await redis.ping()
    connected = true
    return redis
  } catch (error) {
    redis.disconnect()
    const { message } = error as Error
    throw new InputError(
      `The Redis at ${withoutPassword(address)} cannot be reached (${message === 'Connection is closed.' ? cause : message}); ` +
        'start one there, or check the address.',
    )
  }
}

/** An address as it may be shown; passwords with characters that should have been encoded are none of its host either. */
export function withoutPassword(address: string): string {
  return address.replace(/\/\/.*@/, '//')
}
