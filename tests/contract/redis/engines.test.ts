import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisEngines } from '../../support/requirements.ts'
import type { Bench } from '../inventory/bench.ts'
import { startRestBench } from '../inventory/node-bench.ts'
import { differences } from './differences.ts'

/** What the scripts rely on, on every engine that runs them. */
function engineTests(engine: 'server' | 'embedded'): void {
  describe(`an engine that is ${engine}`, () => {
    let bench: Bench
    beforeAll(async () => {
      bench = await startRestBench({ engine })
    })
    afterAll(() => bench?.close())

    const run = (...command: (string | number)[]) => bench.command(...command.map(String))
    const lua = (source: string, keys: readonly string[] = [], ...args: (string | number)[]) =>
      run('EVAL', source, keys.length, ...keys, ...args)
    const newKey = () => `test:${randomUUID()}`

    test('a script is atomic: 500 at once read and write one counter, and none is lost', async () => {
      const key = newKey()
      const add = `local n = tonumber(redis.call('GET', KEYS[1]) or '0')
        redis.call('SET', KEYS[1], n + 1)
        return n + 1`
      const seen = await Promise.all(Array.from({ length: 500 }, () => lua(add, [key])))
      expect(new Set(seen).size).toBe(500)
      expect(await run('GET', key)).toBe('500')
    })

    test('a missing field is false in a script, null in a reply, and an empty one is text', async () => {
      const key = newKey()
      await run('HSET', key, 'a', 1, 'empty', '')
      const types = `local r = redis.call('HMGET', KEYS[1], 'a', 'none', 'empty')
        return { #r, type(r[1]), tostring(r[2]), type(r[3]) }`
      expect(await lua(types, [key])).toEqual([3, 'string', 'false', 'string'])
      expect(await run('HMGET', key, 'a', 'none', 'empty')).toEqual(['1', null, ''])
      expect(await lua("return { tostring(redis.call('HGET', KEYS[1], 'none')) }", [key])).toEqual(['false'])
      expect(await lua("return redis.call('HMGET', KEYS[1], 'a', 'b')", [newKey()])).toEqual([null, null])
    })

    test('one HSET writes thousands of pairs; HLEN counts, HDEL empties and the key is gone', async () => {
      const key = newKey()
      const write = `local pairs = {}
        for i = 1, 3000 do pairs[#pairs + 1] = 'f' .. i pairs[#pairs + 1] = i end
        return { redis.call('HSET', KEYS[1], unpack(pairs)), redis.call('HLEN', KEYS[1]) }`
      expect(await lua(write, [key])).toEqual([3000, 3000])
      expect(await lua(write, [key])).toEqual([0, 3000])
      expect(await run('HMGET', key, 'f1', 'f3000')).toEqual(['1', '3000'])
      const other = newKey()
      await run('HSET', other, 'a', 1, 'b', 2)
      expect(await run('HDEL', other, 'a', 'none', 'b')).toBe(2)
      expect([await run('EXISTS', other), await run('HLEN', other)]).toEqual([0, 0])
    })

    test('TIME is two texts, seconds and microseconds, of a clock that stands with ours', async () => {
      const before = Date.now()
      const now = await lua(`local t = redis.call('TIME')
        return string.format('%.0f', tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000))`)
      expect(Number(now)).toBeGreaterThanOrEqual(before)
      expect(Number(now)).toBeLessThanOrEqual(Date.now())
    })

    test('SETRANGE goes beyond the end with zero bytes, which come back as they are', async () => {
      const key = newKey()
      expect(await run('SETRANGE', key, 3, 'FH')).toBe(5)
      expect(await run('SETRANGE', key, 1, 'X')).toBe(5)
      expect(await run('GET', key)).toBe('\0X\0FH')
      expect(await run('STRLEN', key)).toBe(5)
      expect(await run('GETRANGE', key, 3, -1)).toBe('FH')
      expect(await run('GETRANGE', key, 0, 1)).toBe('\0X')
      expect(await run('GETRANGE', key, 9, 12)).toBe('')
      expect(await lua("return redis.call('GET', KEYS[1])", [key])).toBe('\0X\0FH')
      expect(await lua('return ARGV[1]', [], 'a\0b ü🐢')).toBe('a\0b ü🐢')
    })

    test('ZRANGEBYSCORE gives lower scores first, then names in order, in pages', async () => {
      const key = newKey()
      expect(await run('ZADD', key, 30, 'c', 20, 'b', 20, 'a', '9007199254740991', 'never')).toBe(4)
      expect(await run('ZADD', key, 10, 'c')).toBe(0)
      const upTo = (max: number | string, ...page: number[]) =>
        run('ZRANGEBYSCORE', key, '-inf', max, ...(page.length > 0 ? ['LIMIT', ...page] : []))
      expect(await upTo('+inf')).toEqual(['c', 'a', 'b', 'never'])
      expect(await upTo(1_700_000_000_000)).toEqual(['c', 'a', 'b'])
      expect(await upTo(20, 1, 2)).toEqual(['a', 'b'])
      expect(await upTo(20, 9, 2)).toEqual([])
      expect(await upTo(20, 0, 0)).toEqual([])
      expect(await run('ZRANGEBYSCORE', key, '(10', 20)).toEqual(['a', 'b'])
      expect(await run('ZREM', key, 'a', 'none')).toBe(1)
      expect(await run('ZRANGEBYSCORE', newKey(), 0, 1)).toEqual([])
    })

    test('a stream keeps its entries under the versions they were given, and no more than it may', async () => {
      const key = newKey()
      expect(await lua("return redis.call('XADD', KEYS[1], ARGV[1], 'a', '1', 'b', '')", [key], 1)).toBe(
        '1-0',
      )
      for (const ver of [2, 3, 10]) await run('XADD', key, ver, 'a', ver)
      expect(await run('XLEN', key)).toBe(4)
      expect(await run('XRANGE', key, '-', '+', 'COUNT', 1)).toEqual([['1-0', ['a', '1', 'b', '']]])
      expect(await run('XRANGE', key, 2, 3)).toEqual([
        ['2-0', ['a', '2']],
        ['3-0', ['a', '3']],
      ])
      expect(await run('XRANGE', key, 4, '+', 'COUNT', 9)).toEqual([['10-0', ['a', '10']]])
      expect(await run('XRANGE', key, 11, '+')).toEqual([])
      expect(await run('XREVRANGE', key, '+', '-', 'COUNT', 1)).toEqual([['10-0', ['a', '10']]])
      expect(await lua("return redis.call('XRANGE', KEYS[1], 3, '+')[2][2][2]", [key])).toBe('10')
      await run('XADD', key, 'MAXLEN', '=', 2, 11, 'a', 11)
      expect(await run('XRANGE', key, '-', '+')).toEqual([
        ['10-0', ['a', '10']],
        ['11-0', ['a', '11']],
      ])
      await run('XADD', key, 'MAXLEN', '~', 2, 12, 'a', 12)
      expect(await run('XREVRANGE', key, '+', '-', 'COUNT', 1)).toEqual([['12-0', ['a', '12']]])
      expect([await run('XLEN', newKey()), await run('XRANGE', newKey(), '-', '+')]).toEqual([0, []])
    })

    test('RENAME replaces what is there and takes the expiry along, which PERSIST lifts', async () => {
      const [from, to] = [newKey(), newKey()]
      await run('HSET', from, 'a', 'new')
      await run('HSET', to, 'a', 'old', 'b', 'old')
      expect(await run('PEXPIRE', from, 60_000)).toBe(1)
      expect(await run('RENAME', from, to)).toBe('OK')
      expect(await run('HMGET', to, 'a', 'b')).toEqual(['new', null])
      expect(await run('EXISTS', from)).toBe(0)
      expect(await lua("return redis.call('PTTL', KEYS[1]) > 50000", [to])).toBe(1)
      expect([await run('PERSIST', to), await run('PERSIST', to), await run('PTTL', to)]).toEqual([1, 0, -1])
      expect([await run('DEL', to, from), await run('DEL', to)]).toEqual([1, 0])
      expect([await run('PEXPIRE', to, 60_000), await run('PERSIST', to)]).toEqual([0, 0])
    })

    test('an expired key is gone for reads, and the next write starts it anew', async () => {
      const key = newKey()
      await run('HSET', key, 'a', 1)
      await run('PEXPIRE', key, 1)
      await expect.poll(() => run('HLEN', key)).toBe(0)
      expect(await run('HSET', key, 'b', 1)).toBe(1)
      expect([await run('HMGET', key, 'a', 'b'), await run('PTTL', key)]).toEqual([[null, '1'], -1])
    })

    test('a reply cuts numbers, says true as 1 and false as null', async () => {
      expect(await lua("return { 3.99, -3.99, true, false, 'x', { 1 } }")).toEqual([3, -3, 1, null, 'x', [1]])
      expect(await lua("return { string.format('%.0f', 2^53), tostring(1700000000001) }")).toEqual([
        '9007199254740992',
        '1700000000001',
      ])
    })

    test('a script that fails keeps what it wrote, says why, and leaves the engine well', async () => {
      const key = newKey()
      await expect(lua("redis.call('SET', KEYS[1], 'x') error('on purpose')", [key])).rejects.toThrow(
        'on purpose',
      )
      await expect(lua("return redis.call('NOPE')")).rejects.toThrow(/unknown/i)
      await expect(lua('this is no Lua')).rejects.toThrow()
      await expect(lua('return nobody')).rejects.toThrow(/nonexistent global variable 'nobody'/)
      await expect(lua('forgotLocal = 1')).rejects.toThrow(/modify a readonly table/)
      expect(await run('GET', key)).toBe('x')
    })

    test.each(differences)('known difference: $what', async ({ commands, server, embedded }) => {
      const key = newKey()
      const answers = []
      for (const command of commands) {
        const sent = command.map((part) => (part === 'KEY' ? key : part))
        answers.push(await run(...sent).catch((error: Error) => error.message))
      }
      const last = answers.at(-1)
      const expected = engine === 'server' ? server : embedded
      if (expected instanceof RegExp) expect(last).toMatch(expected)
      else expect(last).toEqual(expected)
    })
  })
}

for (const engine of redisEngines) engineTests(engine)
