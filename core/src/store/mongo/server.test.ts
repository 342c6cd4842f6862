import { expect, test } from 'vitest'
import { createClient } from './client.ts'
import { assertFit } from './server.ts'

const primary = { setName: 'rs0', maxWireVersion: 21 }
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'unusable', message: expect.stringMatching(message) })

test.each([
  ['a replica set of one node', primary],
  ['the oldest that will do, 5.0', { ...primary, maxWireVersion: 13 }],
  ['a router of a sharded cluster', { msg: 'isdbgrid', maxWireVersion: 21 }],
])('%s is fit', (_, hello) => {
  expect(() => assertFit({ ...hello, ok: 1 })).not.toThrow()
})

test.each([
  ['a standalone server', { maxWireVersion: 21 }, /standalone.*rs\.initiate\(\)/],
  ['MongoDB 4.4', { ...primary, maxWireVersion: 9 }, /older than 5\.0.*upgrade/],
])('%s is refused, with what to do', (_, hello, message) => {
  expect(() => assertFit({ ...hello, ok: 1 })).toThrow(refused(message))
})

test.each(['w=0', 'w=1', 'w=2', 'journal=false', 'w=majority&journal=false'])(
  'a URL that asks for the write concern %s is refused, with what to do',
  (option) => {
    expect(() => createClient({ url: `mongodb://127.0.0.1/?${option}` })).toThrow(
      refused(/remove w and journal/),
    )
  },
)

test('a URL may ask for a majority, and tune the pool and the time-outs', async () => {
  const url = 'mongodb://127.0.0.1/shop?w=majority&maxPoolSize=7&serverSelectionTimeoutMS=1234'
  const { client, db } = createClient({ url })
  expect(client.options).toMatchObject({
    maxPoolSize: 7,
    serverSelectionTimeoutMS: 1234,
    socketTimeoutMS: 30_000,
  })
  expect(db.databaseName).toBe('shop')
  expect(db.writeConcern).toMatchObject({ w: 'majority' })
  await client.close()
})

test.each(['readConcernLevel=local', 'readPreference=secondary', 'retryWrites=false', 'retryReads=false'])(
  'a URL cannot loosen what the promises stand on: %s',
  async (option) => {
    const { client, db } = createClient({ url: `mongodb://127.0.0.1/?${option}` })
    expect(client.options).toMatchObject({ retryWrites: true, retryReads: true })
    expect(db.readConcern?.level).toBe('majority')
    expect(db.readPreference?.mode).toBe('primary')
    await client.close()
  },
)

test.each([
  'mongodb://app:hunter2@',
  'mongodb://app:hunter2@host:port/',
  'mongodb://app:hunter2@host/?w=1',
  'mongodb://app:hunter2@host/?bogus=1',
])('what is wrong with a URL is told without its password: %s', (url) => {
  expect(() => createClient({ url })).toThrow(
    expect.objectContaining({ code: 'unusable', message: expect.not.stringContaining('hunter2') }),
  )
})
