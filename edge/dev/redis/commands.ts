import RedisMock from 'ioredis-mock'
import type { ByteString } from './bytes.ts'
import type { RedisCall } from './lua.ts'

type Plain = (...args: ByteString[]) => unknown
/** What the library has and its types leave out. */
const { Pipeline } = RedisMock as unknown as { Pipeline: new (client: object) => object }

/**
 * Carries the commands of ioredis-mock out at once: a script is atomic, so it cannot wait for a promise. The library's
 * pipeline is the one place that has them as plain functions; this one does not queue them. The library counts the
 * characters of a text, so that byte strings make it count bytes.
 */
export function commandsOf(client: InstanceType<typeof RedisMock>, nowMs: () => number): RedisCall {
  let result: unknown
  class Immediately extends Pipeline {
    _addTransaction(command: Plain, _name: string, args: ByteString[]) {
      result = command(...args)
    }
  }
  const now = new Immediately(client)
  const library: RedisCall = (name, ...args) => {
    const method: unknown = Reflect.get(now, name.toLowerCase())
    if (typeof method !== 'function') throw new Error(`ERR unknown command '${name}'`)
    result = undefined
    method.apply(now, args)
    return result
  }
  const mended = mendedCommands(library, nowMs)
  return (name, ...args) => {
    const mend = mended.get(name.toUpperCase())
    return mend ? mend(...args) : library(name, ...args)
  }
}

/** The commands in whose place the library has something else than Redis. */
function mendedCommands(library: RedisCall, nowMs: () => number): ReadonlyMap<string, Plain> {
  // The library fails at a key that is not there.
  const range = (key: ByteString, from: string, to: string): ByteString =>
    library('EXISTS', key) === 0 ? '' : String(library('GETRANGE', key, from, to))
  return new Map<string, Plain>([
    ['TIME', () => timeOf(nowMs())],
    // The library gives an object.
    ['HGETALL', (key = '') => Object.entries(library('HGETALL', key) ?? {}).flat()],
    ['GETRANGE', (key = '', from = '', to = '') => range(key, from, to)],
    // The library counts the bits that the text has in UTF-8.
    ['BITCOUNT', (key = '', from = '0', to = '-1') => bitsIn(range(key, from, to))],
    [
      'SETRANGE',
      (key = '', offset = '0', bytes = '') => {
        // Of nothing Redis writes nothing, not even zeros up to it.
        if (bytes === '') return library('STRLEN', key)
        // What lies between is zeros after the text that is there; the library puts them before it.
        const missing = Number(offset) - Number(library('STRLEN', key))
        if (missing > 0) library('APPEND', key, '\0'.repeat(missing))
        return library('SETRANGE', key, offset, bytes)
      },
    ],
  ])
}

/** A time as Redis tells it. */
function timeOf(now: number): string[] {
  return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)]
}

/** How many bits are set. */
function bitsIn(bytes: ByteString): number {
  let count = 0
  for (const byte of Buffer.from(bytes, 'latin1')) count += byte.toString(2).replaceAll('0', '').length
  return count
}
