import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { embeddedRedis } from '../../../edge/dev/redis/embedded.ts'
import { type Command, decoded, type Engine } from '../../../edge/dev/redis/engine.ts'
import { serveRest } from '../../../edge/dev/redis/rest.ts'
import { withScripts } from '../../../edge/dev/redis/scripts.ts'
import { startRedisServer } from '../../../edge/dev/redis/server.ts'
import { redisEngines } from '../../support/requirements.ts'
import { startRestBench } from '../inventory/node-bench.ts'
import { byteTests, commandRows, scriptRows } from './bytes.ts'

const token = 'secret'
const startEngine = { embedded: () => embeddedRedis(), server: () => startRedisServer() }
const Results = z.array(z.object({ result: z.unknown() }))

/** Runs the command in ARGV[1] on a key, with what follows it given in hex: a client cannot send just any bytes. */
const fromHex = `local args = {}
  for i = 2, #ARGV do
    args[i - 1] = (ARGV[i]:gsub('%x%x', function(byte) return string.char(tonumber(byte, 16)) end))
  end
  return redis.call(ARGV[1], KEYS[1], unpack(args))`

/** The command on a key: as it is, where its arguments are text, else through a script. */
function sentBy(key: string, name: string, ...args: (Buffer | number)[]): Command {
  const parts = args.map((arg) => (typeof arg === 'number' ? Buffer.from(String(arg)) : arg))
  if (parts.every(isUtf8)) return [name, key, ...parts.map(String)]
  return ['EVAL', fromHex, '1', key, name, ...parts.map((part) => part.toString('hex'))]
}

interface Step {
  readonly command: readonly [name: string, ...args: (Buffer | number)[]]
  /** The bytes after it, and what it answers. */
  readonly model: (bytes: Buffer) => readonly [after: Buffer, answer: Buffer | number]
}

const part = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((drawn) => Buffer.from(drawn)),
  fc.constantFrom('F', '\0', 'é', 'żółw 🐢').map((text) => Buffer.from(text)),
)
const offset = fc.nat(30)
/** No further before the start than the shortest text: there the versions of Redis differ. */
const index = fc.oneof(offset, fc.integer({ min: -6, max: -1 }))
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(offset, part).map(
    ([at, bytes]): Step => ({
      command: ['SETRANGE', at, bytes],
      model(before) {
        const after = Buffer.alloc(
          bytes.length === 0 ? before.length : Math.max(before.length, at + bytes.length),
        )
        before.copy(after)
        bytes.copy(after, at)
        return [after, after.length]
      },
    }),
  ),
  part.map(
    (bytes): Step => ({
      command: ['APPEND', bytes],
      model: (before) => [Buffer.concat([before, bytes]), before.length + bytes.length],
    }),
  ),
  fc.tuple(index, index).map(
    ([from, to]): Step => ({
      command: ['GETRANGE', from, to],
      model(before) {
        const [first, last] = [from, to].map((at) => (at < 0 ? before.length + at : at))
        return [before, before.subarray(first, (last ?? 0) + 1)]
      },
    }),
  ),
  fc.constant<Step>({ command: ['STRLEN'], model: (before) => [before, before.length] }),
  fc.constant<Step>({ command: ['GET'], model: (before) => [before, before] }),
)

function doorTests(name: keyof typeof startEngine): void {
  describe(`text is bytes at the doors of the ${name}`, () => {
    let engine: Engine
    let rest: Awaited<ReturnType<typeof serveRest>>
    beforeAll(async () => {
      engine = await startEngine[name]()
      rest = await serveRest(withScripts(engine), { token })
    })
    afterAll(async () => {
      await rest?.close()
      await engine?.close()
    })

    const pipeline = async (commands: readonly Command[], encoding?: 'base64', path = '/pipeline') => {
      const response = await fetch(rest.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...(encoding && { 'upstash-encoding': encoding }) },
        body: JSON.stringify(commands),
      })
      return Results.parse(await response.json()).map(({ result }) => result)
    }
    const newKey = () => `test:${randomUUID()}`

    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')

    test.each(['/pipeline', '/multi-exec'])(
      'a map with holes comes back by %s, in base64 and as text',
      async (path) => {
        const key = newKey()
        const read: Command[] = [
          ['SETRANGE', key, '5', 'F'],
          ['GET', key],
          ['GETRANGE', key, '4', '5'],
          ['EVAL', "return { redis.call('GET', KEYS[1]) }", '1', key],
        ]
        const asText = [6, '\0\0\0\0\0F', '\0F', ['\0\0\0\0\0F']]
        expect(await pipeline(read, undefined, path)).toEqual(asText)
        expect(await pipeline(read, 'base64', path)).toEqual([
          6,
          base64('\0\0\0\0\0F'),
          base64('\0F'),
          [base64('\0\0\0\0\0F')],
        ])
      },
    )

    test('every byte comes back in base64, and as text each that is no UTF-8 is U+FFFD', async () => {
      const key = newKey()
      const commands = [sentBy(key, 'SET', everyByte), ['GET', key] as const]
      expect(await pipeline(commands, 'base64')).toEqual([base64('OK'), base64(everyByte)])
      expect(await pipeline(commands)).toEqual(['OK', everyByte.toString()])
    })

    test('an engine that is asked itself gives bytes, of which `decoded` makes text', async () => {
      const key = newKey()
      await engine.run(sentBy(key, 'SET', everyByte))
      expect(await engine.run(['GET', key])).toEqual(everyByte)
      expect(await engine.run(['HMGET', newKey(), 'none'])).toEqual([null])
      expect(decoded(await engine.run(['ECHO', 'żółw\0 🐢']))).toBe('żółw\0 🐢')
    })

    test('whatever is written into a map and read from it, a buffer answers the same', async () => {
      const property = fc.asyncProperty(fc.array(steps, { maxLength: 20, size: 'max' }), async (drawn) => {
        const key = newKey()
        let bytes: Buffer = Buffer.from('\0\0\0\0\0F')
        const answers = drawn.map(({ model }) => {
          const [after, answer] = model(bytes)
          bytes = after
          return typeof answer === 'number' ? answer : base64(answer)
        })
        const commands: Command[] = [
          ['SETRANGE', key, '5', 'F'],
          ...drawn.map(({ command }) => sentBy(key, ...command)),
          ['EVAL', "local map = redis.call('GET', KEYS[1]) return { #map, map }", '1', key],
        ]
        expect(await pipeline(commands, 'base64')).toEqual([6, ...answers, [bytes.length, base64(bytes)]])
      })
      await fc.assert(property, { numRuns: 100, endOnFailure: false })
    })
  })
}

for (const engine of redisEngines) {
  byteTests(`${engine} over REST`, () => startRestBench({ engine }), [...scriptRows, ...commandRows])
  doorTests(engine)
}
