import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { addressFault } from './addresses.ts'
import { problemsOf, redisSettings } from './settings.ts'

describe('an address is good', () => {
  test.each([
    'mongodb://127.0.0.1:27017/holdfast?replicaSet=rs0',
    'mongodb://ada:p%40ss%2Fword@a.example:27017,b.example/holdfast?appName=a@b',
    'mongodb+srv://ada:secret@cluster.example',
    'mongodb://[::1]:27017',
    'mongodb://%2Ftmp%2Fmongodb.sock/holdfast',
  ])('%s', (address) => expect(addressFault(address, 1)).toBeUndefined())

  test.each([
    'redis://localhost',
    'redis://:a:b@host:6379/0',
    'rediss://user:p@ss@host:6380',
    'smtp://mail:587',
  ])('%s, to a library that reads URLs', (address) => expect(addressFault(address)).toBeUndefined())
})

describe('a password that needs encoding is told so, and never told', () => {
  const passwords = ['hunt@er2', 'hunt/er2', 'hunt:er2', 'hunt?er2', 'hunt#er2', '100%hunter']

  test.each(passwords)('in the address of a MongoDB: %s', (password) => {
    const fault = addressFault(`mongodb://ada:${password}@db.example:27017/holdfast`, 1)
    expect(fault).toContain('percent-encoded')
    expect(fault).not.toContain('hu')
  })

  test.each(['hunt/er2', 'hunt?er2', 'hunt#er2', '100%hunter'])('in REDIS_URL: %s', (password) => {
    const source = { REDIS_URL: `redis://ada:${password}@db.example:6379` }
    const { error } = z.object(redisSettings).safeParse(source)
    expect(error && problemsOf(error, source)).toEqual([
      expect.stringMatching(/^REDIS_URL: .*percent-encoded/),
    ])
    expect(JSON.stringify(error?.issues.map(({ message }) => message))).not.toMatch(/hunt/)
  })
})

test.each(['mongodb://', 'mongodb://ada:secret@', 'redis://host:port', 'mongodb://a b'])(
  'an address without a host is told so: %s',
  (address) => expect(addressFault(address, 1)).toMatch(/no host/),
)

test('a REST address with a user in it is told where that belongs', () => {
  const source = {
    UPSTASH_REDIS_REST_URL: 'https://ada:hunter2@redis.example',
    UPSTASH_REDIS_REST_TOKEN: 'x',
  }
  const { error } = z.object(redisSettings).safeParse(source)
  const problems = error ? problemsOf(error, source) : []
  expect(problems).toEqual([expect.stringContaining('UPSTASH_REDIS_REST_TOKEN')])
  expect(problems.join()).not.toContain('hunter2')
})
