import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { LimiterRedis } from './limiter.ts'

/** A script as ordinary Redis runs it. */
interface Plain {
  readonly source: string
  readonly sha1: string
}

const sha1Of = (source: string): string => createHash('sha1').update(source).digest('hex')

/** The first line tells Upstash how to lock; ordinary Redis refuses flags that it does not know. */
const plainOf = (script: string): Plain => {
  const source = script.startsWith('#!lua') ? script.slice(script.indexOf('\n') + 1) : script
  return { source, sha1: sha1Of(source) }
}

const isNoScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT')

/**
 * An ioredis client as the Redis that @upstash/ratelimit works on.
 *
 * The library names a script by the hash of its own text, which this Redis never sees: the hash of a script that
 * came once in full leads to its plain form from then on, so that a limit costs one round trip.
 */
export function limiterRedis(client: Pick<Redis, 'eval' | 'evalsha' | 'get' | 'set'>): LimiterRedis {
  const known = new Map<string, Plain>()

  const run = ({ source, sha1 }: Plain, keys: string[], args: unknown[]): Promise<unknown> => {
    const rest = [...keys, ...args.map(String)]
    return client.evalsha(sha1, keys.length, ...rest).catch((error: unknown) => {
      if (!isNoScript(error)) throw error
      return client.eval(source, keys.length, ...rest)
    })
  }

  const scripts = {
    async evalsha(sha1: string, keys: string[], args: unknown[]): Promise<unknown> {
      const plain = known.get(sha1)
      if (!plain) throw new Error('NOSCRIPT')
      return run(plain, keys, args)
    },
    async eval(script: string, keys: string[], args: unknown[]): Promise<unknown> {
      const plain = plainOf(script)
      known.set(sha1Of(script), plain)
      return run(plain, keys, args)
    },
    get: (key: string) => client.get(key),
    set: (key: string, value: string) => client.set(key, value),
  }
  // The library's type promises whatever its caller expects of a reply, which no client can.
  return scripts as unknown as LimiterRedis
}
