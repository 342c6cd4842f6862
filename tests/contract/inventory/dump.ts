import * as z from 'zod'
import type { Bench } from './bench.ts'

/** Fields and values by turns. */
const Fields = z.array(z.string()).transform(pairs)

/** The content of some keys, comparable: hashes and sets lose an order that means nothing. */
export async function dump(bench: Bench, keys: readonly string[]): Promise<Record<string, unknown>> {
  const readers: Record<string, (key: string) => Promise<unknown>> = {
    state: async (key) => Fields.parse(await bench.command('HGETALL', key)),
    receipt: (key) => bench.command('GET', key),
    map: (key) => bench.command('GET', key),
    ended: (key) => bench.command('GET', key),
    idle: async (key) => Fields.parse(await bench.command('ZRANGE', key, '0', '-1', 'WITHSCORES')),
    due: async (key) => Fields.parse(await bench.command('ZRANGE', key, '0', '-1', 'WITHSCORES')),
    log: (key) => bench.command('XRANGE', key, '-', '+'),
  }
  const contents = keys.map(async (key) => {
    const kind = /\}:([a-z]+)/.exec(key)?.[1] ?? ''
    return [key, await readers[kind]?.(key)] as const
  })
  return Object.fromEntries(await Promise.all(contents))
}

function pairs(flat: readonly string[]): Record<string, string> {
  const entries: [string, string][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) entries.push([flat[i] ?? '', flat[i + 1] ?? ''])
  return Object.fromEntries(entries)
}
