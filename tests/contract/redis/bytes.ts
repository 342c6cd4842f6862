import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bench } from '../inventory/bench.ts'

/** Commands whose last answer is the same on every engine, since text is bytes. `KEY` begins a fresh key. */
export interface ByteRow {
  readonly what: string
  readonly commands: readonly (readonly string[])[]
  /** Of an error, what its message must match. */
  readonly answer: unknown
}

const script = (source: string, ...args: string[]): string[] => ['EVAL', source, '1', 'KEY', ...args]
/** A script that looks at the text of its key. */
const ofMap = (expression: string): string[] =>
  script(`local map = redis.call('GET', KEYS[1]) return { ${expression} }`)

/** 4 letters, a space and an animal: 12 bytes. */
const turtle = 'żółw 🐢'
const withHoles = [
  ['SETRANGE', 'KEY', '2', 'F'],
  ['SETRANGE', 'KEY', '5', 'HB'],
]
const highBytes = `local bytes = {}
  for byte = 128, 255 do bytes[#bytes + 1] = string.char(byte) end
  redis.call('SET', KEYS[1], table.concat(bytes))`

/** What scripts see: of a map with holes, of text beyond ASCII, of any byte, and of nothing. */
export const scriptRows: readonly ByteRow[] = [
  {
    what: 'a map with a hole before its only byte is six bytes long in a script, as STRLEN says',
    commands: [['SETRANGE', 'KEY', '5', 'F'], ofMap("#map, redis.call('STRLEN', KEYS[1])")],
    answer: [6, 6],
  },
  {
    what: 'string.find meets the holes of a map, and the bytes behind them, where they are',
    commands: [
      ...withHoles,
      ofMap(String.raw`(map:find('\0', 1, true)), (map:find('\0', 3, true)), (map:find('B', 1, true))`),
    ],
    answer: [1, 4, 7],
  },
  {
    what: 'string.byte gives the bytes of a map one by one, zeros where its holes are',
    commands: [...withHoles, ofMap('map:byte(1, -1)')],
    answer: [0, 0, 70, 0, 0, 72, 66],
  },
  {
    what: 'string.sub cuts a map before, in and behind its holes',
    commands: [...withHoles, ofMap('map:sub(1, 2), map:sub(2, 4), map:sub(5, 6), map:sub(-1), map:sub(8)')],
    answer: ['\0\0', '\0F\0', '\0H', 'B', ''],
  },
  {
    what: 'a map with holes is equal to the same bytes and to no others, and patterns run over its holes',
    commands: [
      ...withHoles,
      ofMap(String.raw`map == '\0\0F\0\0HB', map == '\0\0F\0\0', (map:gsub('[^%w]', '.'))`),
    ],
    answer: [1, null, '..F..HB'],
  },
  {
    what: 'a map with holes that a script writes by SETRANGE is read back byte by byte',
    commands: [script("redis.call('SETRANGE', KEYS[1], 3, 'B')"), ofMap('map, map:byte(1, -1)')],
    answer: ['\0\0\0B', 0, 0, 0, 66],
  },
  {
    what: 'SETRANGE of nothing makes no key, and no hole in one that is there',
    commands: [
      script(
        `local none = redis.call('SETRANGE', KEYS[1], 4, '')
         local before = redis.call('GET', KEYS[1])
         redis.call('SET', KEYS[1], 'FF')
         return { none, tostring(before), redis.call('SETRANGE', KEYS[1], 4, ''), redis.call('GET', KEYS[1]) }`,
      ),
    ],
    answer: [0, 'false', 2, 'FF'],
  },
  {
    what: 'SETRANGE may cut a character in two, since it counts bytes',
    commands: [['SET', 'KEY', 'é'], ['SETRANGE', 'KEY', '1', 'x'], ofMap('map:byte(1, -1)')],
    answer: [0xc3, 0x78],
  },
  {
    what: 'text beyond ASCII is its UTF-8 bytes in arguments, in keys and in the script itself',
    commands: [
      [
        'EVAL',
        `return { #ARGV[1], #KEYS[2] - #KEYS[1], #'${turtle}', ARGV[1] == '${turtle}', ARGV[1]:byte(1, 2) }`,
        ...['2', 'KEY', `KEY:${turtle}`, turtle],
      ],
    ],
    answer: [12, 13, 12, 1, 0xc5, 0xbc],
  },
  {
    what: 'text beyond ASCII is its UTF-8 bytes in fields and values, and comes back as it was',
    commands: [
      ['HSET', `KEY:${turtle}`, turtle, `${turtle}${turtle}`],
      [
        'EVAL',
        `local value = redis.call('HGET', KEYS[1], ARGV[1])
         return { #value, value, redis.call('HMGET', KEYS[1], ARGV[1], 'none') }`,
        ...['1', `KEY:${turtle}`, turtle],
      ],
    ],
    answer: [24, `${turtle}${turtle}`, [`${turtle}${turtle}`, null]],
  },
  {
    what: 'a zero byte stands in keys, fields, values and arguments like any other',
    commands: [
      ['HSET', 'KEY:a\0b', 'c\0d', 'e\0f'],
      [
        'EVAL',
        "return { #ARGV[1], #redis.call('HGET', KEYS[1], ARGV[1]), redis.call('HGET', KEYS[1], 'c'), KEYS[1]:sub(-3) }",
        ...['1', 'KEY:a\0b', 'c\0d'],
      ],
    ],
    answer: [3, 3, null, 'a\0b'],
  },
  {
    what: 'every byte from 0x80 to 0xFF is one byte, though together they are no UTF-8',
    commands: [
      script(highBytes),
      ofMap("#map, redis.call('STRLEN', KEYS[1]), map:byte(1), map:byte(127, 128)"),
    ],
    answer: [128, 128, 0x80, 0xfe, 0xff],
  },
  {
    what: 'a field and a value of bytes that are no UTF-8 are found again',
    commands: [
      script(
        String.raw`redis.call('HSET', KEYS[1], '\255\254', '\128\0') redis.call('HSET', KEYS[1], '\255\253', 'x')`,
      ),
      script(String.raw`return { redis.call('HGET', KEYS[1], '\255\254'):byte(1, -1) }`),
    ],
    answer: [0x80, 0],
  },
  {
    what: 'empty text is text of no bytes in arguments, values and replies',
    commands: [
      ['SET', 'KEY', ''],
      script("local map = redis.call('GET', KEYS[1]) return { #ARGV[1], #map, type(map), map, '' }", ''),
    ],
    answer: [0, 0, 'string', '', ''],
  },
  {
    what: 'a character of the private area is three bytes in a script and comes back as it was',
    commands: [['SET', 'KEY', '\uE000'], ofMap('map, map:byte(1, -1)')],
    answer: ['\uE000', 0xee, 0x80, 0x80],
  },
  {
    what: 'the message of an error is the text that the script gave it',
    commands: [script(`error('no ${turtle}', 0)`)],
    answer: /no żółw 🐢/,
  },
  {
    what: 'a table that lists nothing is an empty list in a reply, and one with a hole ends there',
    commands: [script(`return { {}, { 1, nil, 3 }, { name = '${turtle}' } }`)],
    answer: [[], [1], []],
  },
]

/** What commands say that no script uses. */
export const commandRows: readonly ByteRow[] = [
  {
    what: 'GETRANGE cuts a map before, in and behind its holes, in a script as outside of one',
    commands: [
      ...withHoles,
      script(
        `local function range(from, to) return redis.call('GETRANGE', KEYS[1], from, to) end
         return { range(0, 1), range(1, 3), range(3, -2), range(-1, -1), range(9, 12), range(0, -1) }`,
      ),
    ],
    answer: ['\0\0', '\0F\0', '\0\0H', 'B', '', '\0\0F\0\0HB'],
  },
  {
    what: 'GETRANGE across a hole gives its zero bytes to a client too',
    commands: [...withHoles, ['GETRANGE', 'KEY', '1', '5']],
    answer: '\0F\0\0H',
  },
  {
    what: 'GETRANGE counts the bytes of text',
    commands: [
      ['SET', 'KEY', turtle],
      ['GETRANGE', 'KEY', '2', '5'],
    ],
    answer: 'ół',
  },
  {
    what: 'GETRANGE of a key that is not there is empty',
    commands: [['GETRANGE', 'KEY', '0', '-1']],
    answer: '',
  },
  {
    what: 'STRLEN counts the bytes of text',
    commands: [
      ['SET', 'KEY', turtle],
      ['STRLEN', 'KEY'],
    ],
    answer: 12,
  },
  {
    what: 'HSTRLEN counts the bytes of a value',
    commands: [
      ['HSET', 'KEY', turtle, turtle],
      ['HSTRLEN', 'KEY', turtle],
    ],
    answer: 12,
  },
  {
    what: 'APPEND says how many bytes there are now',
    commands: [
      ['APPEND', 'KEY', turtle],
      ['APPEND', 'KEY', 'é'],
    ],
    answer: 14,
  },
  {
    what: 'SETRANGE says how many bytes there are now',
    commands: [['SETRANGE', 'KEY', '3', turtle]],
    answer: 15,
  },
  {
    what: 'GET after SETRANGE into text is the text that its bytes are now',
    commands: [
      ['SET', 'KEY', turtle],
      ['SETRANGE', 'KEY', '2', 'ść'],
      ['GET', 'KEY'],
    ],
    answer: 'żśćw 🐢',
  },
  {
    what: 'BITCOUNT counts the bits of the bytes, also of those that are no UTF-8',
    commands: [
      ['SETBIT', 'KEY', '0', '1'],
      ['SETBIT', 'KEY', '31', '1'],
      script(
        "return { redis.call('BITCOUNT', KEYS[1]), redis.call('BITCOUNT', KEYS[1], 1, -1), redis.call('GET', KEYS[1]):byte(1, -1) }",
      ),
    ],
    answer: [2, 1, 0x80, 0, 0, 1],
  },
  {
    what: 'members of one score stand in the order of their bytes, not of their UTF-16',
    commands: [
      ['ZADD', 'KEY', '0', '🐢', '0', '～', '0', 'é', '0', 'z'],
      ['ZRANGEBYSCORE', 'KEY', '0', '0'],
    ],
    answer: ['z', 'é', '～', '🐢'],
  },
  {
    what: 'HGETALL is a list of fields and values in a script and in a reply',
    commands: [
      ['HSET', 'KEY', turtle, 'é\0'],
      script("return { #redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[1]) }"),
    ],
    answer: [2, [turtle, 'é\0']],
  },
]

/** Proves the rows on a Redis. */
export function byteTests(
  name: string,
  open: () => Promise<Pick<Bench, 'command' | 'close'>>,
  rows: readonly ByteRow[],
): void {
  describe(`text is bytes: ${name}`, () => {
    let bench: Awaited<ReturnType<typeof open>>
    beforeAll(async () => {
      bench = await open()
    })
    afterAll(() => bench?.close())

    test.each(rows)('$what', async ({ commands, answer }) => {
      const key = `test:${randomUUID()}`
      let last: unknown
      for (const command of commands) {
        const sent = command.map((part) => part.replace(/^KEY(?=$|:)/, key))
        last = await bench.command(...sent).catch((error: Error) => error.message)
      }
      if (answer instanceof RegExp) expect(last).toMatch(answer)
      else expect(last).toEqual(answer)
    })
  })
}
