import { createHash } from 'node:crypto'
import { type ByteString, takingText } from '../../edge/dev/redis/bytes.ts'
import { decoded } from '../../edge/dev/redis/engine.ts'
import { type LuaHost, luaHost } from '../../edge/dev/redis/lua.ts'

/** What a key holds: text, fields, members by score, or entries of a log; all text is bytes, as scripts see it. */
type Value =
  | { readonly type: 'string'; text: string }
  | { readonly type: 'hash'; readonly fields: Map<string, string> }
  | { readonly type: 'zset'; readonly scores: Map<string, number> }
  | { readonly type: 'stream'; readonly entries: [id: string, fields: string[]][] }

const copyOf = (value: Value): Value => {
  switch (value.type) {
    case 'string':
      return { ...value }
    case 'hash':
      return { type: 'hash', fields: new Map(value.fields) }
    case 'zset':
      return { type: 'zset', scores: new Map(value.scores) }
    case 'stream':
      return { type: 'stream', entries: [...value.entries] }
  }
}

/** The keys that one script or command wrote, as they were before. */
type Before = Map<string, Value | undefined>

/** A Redis whose clock is somebody else's, and that can lose its last writes as a failover does. */
export interface MemoryRedis {
  /** Carries out a command of text, EVAL and EVALSHA too. @throws with Redis's own words. */
  run(...command: readonly string[]): unknown
  /** Undoes the last writes, each of one script or command, and says how many there were. */
  rollBack(writes: number): number
  flush(): void
  forgetScripts(): void
}

const sha1Shape = /^[0-9a-f]{40}$/

/** One Lua for all worlds of a process, since it keeps scripts compiled. It runs on the Redis that called it last. */
const lua = await (async (): Promise<{ run: LuaHost['run']; on: (redis: Caller) => void }> => {
  let caller: Caller = () => {
    throw new Error('no Redis has called')
  }
  const host = await luaHost((...command) => caller(...command))
  return { run: host.run, on: (redis) => (caller = redis) }
})()
type Caller = (...command: ByteString[]) => unknown

/** Exactly the commands that the scripts use, and those that look at what they left. */
export function createMemoryRedis(now: () => number): MemoryRedis {
  const keys = new Map<string, Value>()
  /** When a key is to be gone, for the few that have a time to live. */
  const ends = new Map<string, number>()
  const scripts = new Map<string, string>()
  const journal: Before[] = []
  let before: Before = new Map()

  const peek = <Type extends Value['type']>(key: string, type: Type) => {
    const value = keys.get(key)
    if (value !== undefined && value.type !== type) {
      throw new Error('WRONGTYPE Operation against a key holding the wrong kind of value')
    }
    return value as Extract<Value, { type: Type }> | undefined
  }
  /** Notes what a key was before the first write to it. */
  const touch = (key: string): void => {
    if (before.has(key)) return
    const value = keys.get(key)
    before.set(key, value && copyOf(value))
  }
  const open = <Type extends Value['type']>(key: string, fresh: Extract<Value, { type: Type }>) => {
    touch(key)
    const value = peek(key, fresh.type) ?? fresh
    keys.set(key, value)
    return value as Extract<Value, { type: Type }>
  }
  const put = (key: string, value: Value | undefined): void => {
    touch(key)
    ends.delete(key)
    if (value) keys.set(key, value)
    else keys.delete(key)
  }
  const byScore = (key: string) =>
    [...(peek(key, 'zset')?.scores ?? [])].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
  const pairs = (flat: readonly string[]): [string, string][] =>
    Array.from({ length: flat.length / 2 }, (_, i) => [flat[i * 2] ?? '', flat[i * 2 + 1] ?? ''])

  const commands: Record<string, (...args: string[]) => unknown> = {
    TIME: () => [String(Math.floor(now() / 1000)), String((now() % 1000) * 1000)],
    ECHO: (text = '') => text,
    DEL(...names) {
      const there = names.filter((name) => keys.has(name))
      for (const name of there) put(name, undefined)
      return there.length
    },
    RENAME(from = '', to = '') {
      const value = keys.get(from)
      if (!value) throw new Error('ERR no such key')
      const endMs = ends.get(from)
      put(from, undefined)
      put(to, value)
      if (endMs !== undefined) ends.set(to, endMs)
      return 'OK'
    },
    PERSIST: (key = '') => Number(ends.delete(key)),
    PEXPIRE(key = '', ms = '0') {
      ends.set(key, now() + Number(ms))
      return 1
    },
    PTTL(key = '') {
      if (!keys.has(key)) return -2
      const left = (ends.get(key) ?? Infinity) - now()
      return left === Infinity ? -1 : left
    },
    GET: (key = '') => peek(key, 'string')?.text ?? null,
    MGET: (...names) => names.map((name) => peek(name, 'string')?.text ?? null),
    SET(key = '', text = '', _px = '', ms = 'Infinity') {
      put(key, { type: 'string', text })
      ends.set(key, now() + Number(ms))
      return 'OK'
    },
    SETRANGE(key = '', offset = '0', text = '') {
      if (text === '') return peek(key, 'string')?.text.length ?? 0
      const value = open(key, { type: 'string', text: '' })
      const padded = value.text.padEnd(Number(offset), '\0')
      value.text = padded.slice(0, Number(offset)) + text + padded.slice(Number(offset) + text.length)
      return value.text.length
    },
    STRLEN: (key = '') => peek(key, 'string')?.text.length ?? 0,
    HGET: (key = '', field = '') => peek(key, 'hash')?.fields.get(field) ?? null,
    HMGET: (key = '', ...fields) => fields.map((field) => peek(key, 'hash')?.fields.get(field) ?? null),
    HGETALL: (key = '') => [...(peek(key, 'hash')?.fields ?? [])].flat(),
    HEXISTS: (key = '', field = '') => Number(peek(key, 'hash')?.fields.has(field) ?? false),
    HLEN: (key = '') => peek(key, 'hash')?.fields.size ?? 0,
    HSET(key = '', ...flat) {
      const { fields } = open(key, { type: 'hash', fields: new Map() })
      const { size } = fields
      for (const [field, value] of pairs(flat)) fields.set(field, value)
      return fields.size - size
    },
    HDEL(key = '', ...names) {
      const { fields } = open(key, { type: 'hash', fields: new Map() })
      const gone = names.filter((name) => fields.delete(name)).length
      if (fields.size === 0) keys.delete(key)
      return gone
    },
    ZADD(key = '', ...flat) {
      const { scores } = open(key, { type: 'zset', scores: new Map() })
      const { size } = scores
      for (const [score, member] of pairs(flat)) scores.set(member, Number(score))
      return scores.size - size
    },
    ZREM(key = '', ...members) {
      const { scores } = open(key, { type: 'zset', scores: new Map() })
      const gone = members.filter((member) => scores.delete(member)).length
      if (scores.size === 0) keys.delete(key)
      return gone
    },
    ZSCORE: (key = '', member = '') => peek(key, 'zset')?.scores.get(member)?.toString() ?? null,
    ZCARD: (key = '') => peek(key, 'zset')?.scores.size ?? 0,
    ZRANGE: (key = '') => byScore(key).flatMap(([member, score]) => [member, String(score)]),
    ZRANGEBYSCORE(key = '', low = '', high = '', _limit = '', skip = '0', count = '0') {
      const [from, to] = [low, high].map((end) => Number(end.replace('inf', 'Infinity')))
      const due = byScore(key).filter(([, score]) => score >= (from ?? 0) && score <= (to ?? 0))
      return due.slice(Number(skip), Number(skip) + Number(count)).map(([member]) => member)
    },
    XADD(key = '', ...args) {
      const [max, rest] = args[0] === 'MAXLEN' ? [Number(args[2]), args.slice(3)] : [Infinity, args]
      const [number = '0', ...fields] = rest
      const { entries } = open(key, { type: 'stream', entries: [] })
      const last = Number(entries.at(-1)?.[0].split('-')[0] ?? 0)
      if (Number(number) <= last) throw new Error('ERR The ID specified in XADD is equal or smaller')
      entries.push([`${number}-0`, fields])
      if (entries.length > max + 100) entries.splice(0, entries.length - max)
      return `${number}-0`
    },
    XLEN: (key = '') => peek(key, 'stream')?.entries.length ?? 0,
    XRANGE(key = '', from = '-', _to = '+', _count = '', count = 'Infinity') {
      const first = from === '-' ? 0 : Number(from.split('-')[0])
      const entries = peek(key, 'stream')?.entries ?? []
      return entries.filter(([id]) => Number(id.split('-')[0]) >= first).slice(0, Number(count))
    },
  }

  const call = (name: string, ...args: string[]): unknown => {
    const command = commands[name.toUpperCase()]
    if (!command) throw new Error(`ERR unknown command '${name}'`)
    return command(...args)
  }
  const evaluate = (source: string, [count = '0', ...rest]: readonly string[]): unknown => {
    lua.on(call)
    return lua.run(source, rest.slice(0, Number(count)), rest.slice(Number(count)))
  }
  const sourceOf = (digest: string): string => {
    const source = sha1Shape.test(digest) ? scripts.get(digest) : undefined
    if (source === undefined) throw new Error('NOSCRIPT No matching script. Please use EVAL.')
    return source
  }

  const run = takingText((name = '', ...args) => {
    const [first = '', ...rest] = args
    before = new Map()
    for (const [key, endMs] of ends) if (endMs <= now()) put(key, undefined)
    try {
      if (name === 'EVALSHA') return evaluate(sourceOf(first), rest)
      if (name !== 'EVAL') return call(name, ...args)
      scripts.set(createHash('sha1').update(first, 'latin1').digest('hex'), first)
      return evaluate(first, rest)
    } finally {
      if (before.size > 0) journal.push(before)
    }
  })

  return {
    run: (...command) => decoded(run(...command)),
    rollBack(writes) {
      const undone = journal.splice(Math.max(0, journal.length - writes)).reverse()
      for (const written of undone) {
        for (const [key, value] of written) {
          if (value) keys.set(key, value)
          else keys.delete(key)
        }
      }
      return undone.length
    },
    flush() {
      keys.clear()
      journal.length = 0
    },
    forgetScripts: () => scripts.clear(),
  }
}
