/** Commands after which the engines do not answer alike: scripts keep away from them. `KEY` is a fresh key. */
export interface Difference {
  readonly what: string
  readonly commands: readonly (readonly string[])[]
  /** The last answer; of an error, what its message must match. */
  readonly server: unknown
  readonly embedded: unknown
}

const script = (source: string): string[] => ['EVAL', source, '1', 'KEY']

/** The embedded engine has ioredis-mock's commands and Lua 5.4; a redis-server has Lua 5.1. */
export const differences: readonly Difference[] = [
  {
    what: 'an entry id must be a bare version: the embedded engine adds -0 to whatever it is given',
    commands: [['XADD', 'KEY', '5-0', 'a', '1']],
    server: '5-0',
    embedded: '5-0-0',
  },
  {
    what: 'a range of a stream is given by bare versions',
    commands: [
      ['XADD', 'KEY', '5', 'a', '1'],
      ['XRANGE', 'KEY', '5-0', '+'],
    ],
    server: [['5-0', ['a', '1']]],
    embedded: [],
  },
  {
    what: 'a range of a stream that excludes its start is empty when embedded',
    commands: [
      ['XADD', 'KEY', '5', 'a', '1'],
      ['XADD', 'KEY', '6', 'a', '1'],
      ['XRANGE', 'KEY', '(5', '+'],
    ],
    server: [['6-0', ['a', '1']]],
    embedded: [],
  },
  {
    what: 'a version that is not higher is refused by a redis-server only',
    commands: [
      ['XADD', 'KEY', '5', 'a', '1'],
      ['XADD', 'KEY', '6', 'a', '1'],
      ['XADD', 'KEY', '4', 'a', '1'],
    ],
    server: /equal or smaller/,
    embedded: '4-0',
  },
  {
    what: 'MAXLEN ~ is exact when embedded, and up to a node of 100 entries late on a redis-server',
    commands: [
      ['XADD', 'KEY', 'MAXLEN', '~', '1', '1', 'a', '1'],
      ['XADD', 'KEY', 'MAXLEN', '~', '1', '2', 'a', '1'],
      ['XLEN', 'KEY'],
    ],
    server: 2,
    embedded: 1,
  },
  {
    what: 'RENAME of a missing key fails on a redis-server only',
    commands: [['RENAME', 'KEY', 'elsewhere']],
    server: /no such key/,
    embedded: 'OK',
  },
  {
    what: 'a command on a key of another type fails on a redis-server only',
    commands: [
      ['SET', 'KEY', 'x'],
      ['HGET', 'KEY', 'a'],
    ],
    server: /WRONGTYPE/,
    embedded: null,
  },
  {
    what: 'a field without a value fails on a redis-server only',
    commands: [['HSET', 'KEY', 'a']],
    server: /wrong number of arguments/,
    embedded: 1,
  },
  {
    what: 'a sorted set whose last member was removed is still there when embedded',
    commands: [
      ['ZADD', 'KEY', '1', 'a'],
      ['ZREM', 'KEY', 'a'],
      ['EXISTS', 'KEY'],
    ],
    server: 0,
    embedded: 1,
  },
  {
    what: 'ZADD GT and LT are not known when embedded',
    commands: [['ZADD', 'KEY', 'GT', '1', 'a']],
    server: 1,
    embedded: /syntax error/,
  },
  {
    what: 'a status is a table in a script, text when embedded',
    commands: [script("return type(redis.call('SET', KEYS[1], 'x'))")],
    server: 'table',
    embedded: 'string',
  },
  {
    what: 'redis.pcall gives the error on a redis-server, and throws it when embedded',
    commands: [script("return type(redis.pcall('NOPE'))")],
    server: 'table',
    embedded: /unknown command/,
  },
  {
    what: 'a quotient is written with its fraction when embedded: numbers become text by %.0f',
    commands: [script('return tostring(10 / 2)')],
    server: '5',
    embedded: '5.0',
  },
  {
    what: 'large numbers become text by %.0f: a redis-server writes them with an exponent',
    commands: [script('return tostring(1700000000000 * 1000)')],
    server: '1.7e+15',
    embedded: '1700000000000000',
  },
  {
    what: 'unpack of many thousand values fails on a redis-server only',
    commands: [script("local t = {} for i = 1, 9000 do t[i] = 'x' end return select('#', unpack(t))")],
    server: /too many results to unpack/,
    embedded: 9000,
  },
  {
    what: 'cjson is not there when embedded',
    commands: [script('return cjson.encode({ 1 })')],
    server: '[1]',
    embedded: /nonexistent global variable 'cjson'/,
  },
]
